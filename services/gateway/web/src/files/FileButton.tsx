// SPDX-License-Identifier: EUPL-1.2
import { useRef } from 'react'
import { Button } from '../kern/Button'
import type { IconName } from '../kern/Icon'

export const ACCEPT = '.pdf,.docx,.pptx,.odt,.xlsx,.ods,.csv,.txt,.md,.html,.htm,.eml,.msg,.jpg,.jpeg,.png,.tif,.tiff,.zip'

type Props = { label: string; icon: IconName; variant?: 'secondary' | 'tertiary'; onFiles: (files: File[]) => void; describedBy?: string | undefined; id?: string | undefined; disabled?: boolean; className?: string; single?: boolean; first?: boolean }

export function FileButton({ label, icon, variant = 'tertiary', onFiles, describedBy, id, disabled, className, single = false, first = false }: Props) {
  const input = useRef<HTMLInputElement>(null)
  return (
    <>
      <Button id={id} className={className} variant={variant} icon={icon} label={label} disabled={disabled} aria-describedby={describedBy} data-autofocus={first || undefined} onClick={() => input.current?.click()} />
      <input ref={input} type="file" hidden multiple={!single} accept={ACCEPT} aria-label={label} onChange={(event) => {
        onFiles([...(event.target.files ?? [])])
        event.target.value = ''
      }} />
    </>
  )
}
