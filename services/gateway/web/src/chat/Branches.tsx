// SPDX-License-Identifier: EUPL-1.2
import { useI18n } from '../i18n'
import { Button } from '../kern/Button'

export type Branch = { all: string[]; index: number; choose: (id: string) => void; disabled: boolean }

/** "2 von 3": switches between the versions of a message. */
export function Branches({ branch }: { branch: Branch }) {
  const { t } = useI18n()
  const { all, index, choose, disabled } = branch
  if (all.length < 2) return null
  const step = (by: number) => {
    const id = all[index + by]
    if (id) choose(id)
  }
  return (
    <span className="branches" role="group" aria-label={t('chat.branch.label')}>
      <Button icon="left" iconOnly label={t('chat.branch.prev')} disabled={disabled || index === 0} onClick={() => step(-1)} />
      <span>{t('chat.branch', { index: index + 1, count: all.length })}</span>
      <Button icon="right" iconOnly label={t('chat.branch.next')} disabled={disabled || index === all.length - 1} onClick={() => step(1)} />
    </span>
  )
}
