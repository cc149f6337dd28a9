// SPDX-License-Identifier: EUPL-1.2
import { useId, useState, type FormEvent } from 'react'
import type { DocumentState } from '../api/types'
import { checkFiles, type UiLimits } from '../chat/limits'
import { FileButton } from '../files/FileButton'
import { useI18n } from '../i18n'
import { Button } from '../kern/Button'
import { Dialog } from '../kern/Dialog'
import { Icon } from '../kern/Icon'

type Props = { document: DocumentState; limits: UiLimits; onClose: () => void; onFile: (file: File) => void }

/** Says what replacing means, and takes the new file; the upload itself goes on in the list. */
export function ReplaceDialog({ document, limits, onClose, onFile }: Props) {
  const i18n = useI18n()
  const { t, bytes } = i18n
  const id = useId()
  const [file, setFile] = useState<File | null>(null)
  const [problem, setProblem] = useState('')
  const choose = ([chosen]: File[]) => {
    if (!chosen) return
    const text = checkFiles([chosen], 0, limits, i18n)
    setProblem(text)
    setFile(text ? null : chosen)
  }
  const replace = (event: FormEvent) => {
    event.preventDefault()
    if (file) onFile(file)
    else setProblem(t('kb.replace.missing'))
  }
  return (
    <Dialog title={t('kb.replace.title')} onClose={onClose} footer={<Button type="submit" form={id} variant="primary" icon="regenerate" label={t('kb.replace.go')} />}>
      <p className="kern-body">{t('kb.replace.what', { name: document.title || document.name })}</p>
      <ul className="kern-body consequences">
        <li>{t('kb.replace.until')}</li>
        <li>{t('kb.replace.then')}</li>
        <li>{t('kb.replace.old')}</li>
      </ul>
      <form id={id} noValidate onSubmit={replace} className="form">
        <div className={`field${problem ? ' field--error' : ''}`}>
          <FileButton single first variant="secondary" icon="upload" label={file ? t('kb.replace.other') : t('kb.replace.choose')} onFiles={choose} describedBy={problem ? `${id}h ${id}e` : `${id}h`} />
          <p className="hint" id={`${id}h`}>{t('kb.replace.hint', { size: bytes(limits.fileBytes) })}</p>
          <p className="chosen" role="status">{file && <><Icon name="document" /><span>{t('kb.replace.chosen', { name: file.name, size: bytes(file.size) })}</span></>}</p>
          {problem && <p className="field-error" id={`${id}e`} role="alert">{problem}</p>}
        </div>
      </form>
    </Dialog>
  )
}
