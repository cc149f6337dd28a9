// SPDX-License-Identifier: EUPL-1.2
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { addCaseFile, removeCaseFile, type CaseFile } from '../api/caseVersions'
import { deleteFile, followFile, retryFile, uploadFile } from '../api/endpoints'
import { ErrorNote } from '../errors'
import { FileButton } from '../files/FileButton'
import { FileChips } from '../files/FileChips'
import { isSettled, useUploads } from '../files/useUploads'
import { useDrop } from '../files/useDrop'
import { useI18n } from '../i18n'
import { Button } from '../kern/Button'
import { Icon } from '../kern/Icon'

type Props = { id: string; protection: string; files: readonly CaseFile[]; writes: boolean; onChange: () => void }

/** What came in: with its state in words, and a place for more. */
export function CaseFiles({ id, protection, files, writes, onChange }: Props) {
  const { t } = useI18n()
  const source = useMemo(() => ({ put: (file: File, progress: (share: number) => void) => uploadFile(file, progress, protection), get: followFile, remove: deleteFile, again: retryFile }), [protection])
  const { uploads, add, drop, retry, clear } = useUploads(source)
  const [error, setError] = useState<unknown>(null)
  const put = useRef(new Set<string>())
  const read = useRef(new Set<string>())
  useEffect(() => {
    for (const one of uploads) {
      if (!one.document) continue
      if (!put.current.has(one.document.id)) {
        put.current.add(one.document.id)
        addCaseFile(id, one.document.id).then(onChange, setError)
      } else if (isSettled(one) && !read.current.has(one.document.id)) {
        read.current.add(one.document.id)
        onChange()
      }
    }
    if (uploads.length > 0 && uploads.every((one) => isSettled(one) && one.error === null)) clear()
  }, [uploads, id, onChange, clear])
  // Once in the case a file stands in the list above, with its state.
  const waiting = uploads.filter((one) => !files.some((file) => file.file === one.document?.id))
  const { over, handlers } = useDrop(add)
  const remove = useCallback((file: CaseFile) => {
    removeCaseFile(id, file.file).then(onChange, setError)
  }, [id, onChange])
  return (
    <section className={`data-part${over ? ' drop-over' : ''}`} aria-labelledby="case-files" {...(writes ? handlers : {})}>
      <h2 id="case-files">{t('work.files')}</h2>
      {files.length === 0 && <p>{t('work.files.none')}</p>}
      {files.length > 0 && (
        <ul className="chips" aria-label={t('work.files')}>
          {files.map((file) => (
            <li key={file.file} className={`chip${file.state?.state === 'failed' ? ' chip--failed' : ''}${file.state?.state === 'ready' ? ' chip--ready' : ''}`}>
              <Icon name={file.state?.state === 'failed' ? 'danger' : 'document'} />
              <span className="chip-text"><span className="chip-name">{file.state?.name ?? t('file.gone')}</span><span className="chip-state">{file.state === null ? '' : (file.state.reason?.detail ?? t(`file.${file.state.state}`))}</span></span>
              {writes && file.own && <Button icon="close" iconOnly label={t('work.files.remove', { name: file.state?.name ?? t('file.gone') })} onClick={() => remove(file)} />}
            </li>
          ))}
        </ul>
      )}
      {error !== null && <ErrorNote error={error} />}
      <FileChips uploads={waiting} onRemove={drop} onRetry={retry} />
      {writes && <p className="case-act"><FileButton label={t('work.files.add')} icon="attach" variant="secondary" onFiles={add} /><span className="hint">{t('work.files.drop')}</span></p>}
    </section>
  )
}
