// SPDX-License-Identifier: EUPL-1.2
import { useCallback, useEffect, useMemo, useState } from 'react'
import { checkFiles, limitsOf } from '../chat/limits'
import { FileButton } from '../files/FileButton'
import { FileChips } from '../files/FileChips'
import { useDrop } from '../files/useDrop'
import { useFileSource } from '../files/useFileSource'
import { isFailed, useUploads } from '../files/useUploads'
import { useI18n } from '../i18n'
import { Note } from '../kern/Note'
import { LEAST, type ProtectionClass } from '../protection/classes'
import { ProtectionSelect } from '../protection/ProtectionSelect'
import { useSession } from '../session'
import { fieldId, useForm, type FieldProps } from './context'
import { FieldFrame, useWiring } from './FieldFrame'
import { pointer } from './schema'

export function FilesField(props: FieldProps) {
  const i18n = useI18n()
  const { t, bytes } = i18n
  const { me } = useSession()
  const { base, change, wait } = useForm()
  const wiring = useWiring(props)
  const [protection, setProtection] = useState<ProtectionClass>(LEAST)
  const { uploads, add, drop, retry } = useUploads(useFileSource(protection))
  const [problem, setProblem] = useState('')
  const most = props.field.maxItems
  const limits = useMemo(() => {
    const own = limitsOf(me)
    return { ...own, files: Math.min(own.files, most ?? own.files) }
  }, [me, most])
  const at = pointer(props.path)
  // The path is a new array at each rendering; its pointer is what counts.
  const path = props.path
  useEffect(() => {
    change(path, uploads.filter((upload) => !isFailed(upload)).flatMap((upload) => (upload.document ? [upload.document.id] : [])))
    wait(path, uploads.some((upload) => !upload.document && !upload.error))
    // oxlint-disable-next-line react/exhaustive-deps -- `at` stands for `path`
  }, [uploads, at, change, wait])
  const addFiles = useCallback((files: File[]) => {
    const text = checkFiles(files, uploads.length, limits, i18n)
    setProblem(text)
    if (!text) add(files)
  }, [add, uploads.length, limits, i18n])
  const { over, handlers } = useDrop(addFiles)
  const hint = `${fieldId(base, props.path)}-limit`
  return (
    <FieldFrame props={props} group>
      <ProtectionSelect inline label={t('protection.files')} value={protection} onChange={setProtection} />
      <div className={`dropzone${over ? ' dropzone--over' : ''}`} {...handlers}>
        <FileButton id={wiring.id} variant="secondary" icon="upload" label={t('form.files.add')} onFiles={addFiles} describedBy={hint} />
        <span>{t('form.files.drop')}</span>
        <p className="hint" id={hint}>{t('chat.attach.limit', { size: bytes(limits.fileBytes), count: limits.files })}</p>
      </div>
      {problem && <Note kind="warning" alert>{problem}</Note>}
      <FileChips uploads={uploads} onRemove={drop} onRetry={retry} />
    </FieldFrame>
  )
}
