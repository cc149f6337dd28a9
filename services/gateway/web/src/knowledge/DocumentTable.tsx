// SPDX-License-Identifier: EUPL-1.2
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { deleteDocument, followDocument, retryDocument, uploadDocument } from '../api/endpoints'
import type { DocumentState, KnowledgeBase } from '../api/types'
import { useActingCase } from '../cases/CasesContext'
import { announcer } from '../chat/announcer'
import { checkFiles, limitsOf } from '../chat/limits'
import { ErrorNote, errorText } from '../errors'
import { FileButton } from '../files/FileButton'
import { FileChips } from '../files/FileChips'
import { useDrop } from '../files/useDrop'
import { useUploads, type Upload } from '../files/useUploads'
import { useI18n, type I18n } from '../i18n'
import { Button } from '../kern/Button'
import { Check } from '../kern/Check'
import { ConfirmDialog } from '../kern/ConfirmDialog'
import { Note } from '../kern/Note'
import { useSession } from '../session'
import { DocumentRow } from './DocumentRow'
import { ProcessingDialog } from './ProcessingDialog'
import { QuarantineDialog } from './QuarantineDialog'
import { ReplaceDialog } from './ReplaceDialog'
import { comingInstead, isUnderway, useDocuments } from './useDocuments'

const MANY = 100

export function DocumentTable({ base, change }: { base: KnowledgeBase; change: boolean }) {
  const i18n = useI18n()
  const { t, bytes } = i18n
  const { me } = useSession()
  const acting = useActingCase()
  const [superseded, setSuperseded] = useState(false)
  const { documents, next, error, load, arrived, changed, removed } = useDocuments(base.id, superseded)
  const [deleting, setDeleting] = useState<DocumentState | null>(null)
  const [replacing, setReplacing] = useState<DocumentState | null>(null)
  const [inspecting, setInspecting] = useState<DocumentState | null>(null)
  const [locking, setLocking] = useState<DocumentState | null>(null)
  const [problem, setProblem] = useState('')
  const heading = useRef<HTMLHeadingElement>(null)
  const limits = useMemo(() => ({ ...limitsOf(me), files: MANY }), [me])
  const source = useMemo(() => ({
    put: (file: File, progress: (share: number) => void, replaces?: string) => uploadDocument(base.id, file, progress, replaces),
    get: (id: string) => followDocument(id, acting),
  }), [base.id, acting])
  const { uploads, add, drop } = useUploads(source)

  // What has arrived moves from the upload list into the table, and is followed there.
  useEffect(() => {
    for (const upload of uploads) {
      if (!upload.document) continue
      arrived(upload.document)
      drop(upload)
    }
  }, [uploads, drop, arrived])
  useRefusedReplacements(uploads, load)

  const addFiles = useCallback((files: File[]) => {
    const text = checkFiles(files, uploads.length, limits, i18n)
    setProblem(text)
    if (!text) add(files)
  }, [add, uploads.length, limits, i18n])
  const replaceBy = (file: File) => {
    if (!replacing) return
    const name = replacing.title || replacing.name
    add([file], { id: replacing.id, name })
    announcer.status(t('kb.replace.started', { name, file: file.name }))
    setReplacing(null)
    // The row's button goes away once the document is superseded; the focus must not go with it.
    setTimeout(() => heading.current?.focus())
  }
  const retry = (document: DocumentState) => {
    setProblem('')
    retryDocument(document.id).then((state) => {
      changed(state)
      announcer.status(t('kb.retry.started', { name: state.name }))
      // The button goes away with the failure; the focus must not go with it.
      setTimeout(() => heading.current?.focus())
    }, (failure: unknown) => setProblem(errorText(failure, t)))
  }
  const locked = (state: DocumentState) => {
    changed(state)
    setLocking(null)
    announcer.status(t(state.quarantined_at ? 'kb.lock.done' : 'kb.unlock.done', { name: state.name }))
  }
  const { over, handlers } = useDrop(addFiles)
  const find = (id: string | null | undefined) => documents?.find((one) => one.id === id)
  return (
    <section aria-labelledby="docs-title">
      <h2 id="docs-title" ref={heading} tabIndex={-1}>{t('kb.docs')}</h2>
      {change && (
        <>
          <div className={`dropzone${over ? ' dropzone--over' : ''}`} {...handlers}>
            <FileButton variant="secondary" icon="upload" label={t('kb.upload')} onFiles={addFiles} describedBy="docs-hint" />
            <span>{t('form.files.drop')}</span>
            <p className="hint" id="docs-hint">{t('kb.upload.hint', { size: bytes(limits.fileBytes) })}</p>
          </div>
          {problem && <Note kind="warning" alert>{problem}</Note>}
          <FileChips uploads={uploads} onRemove={drop} />
        </>
      )}
      {error !== null && <ErrorNote error={error} actions={<Button variant="secondary" label={t('app.retry')} onClick={() => load()} />} />}
      {documents?.length === 0 && <p>{t('kb.docs.none')}</p>}
      {documents && documents.length > 0 && (
        <table className="docs">
          <thead><tr><th scope="col">{t('kb.col.name')}</th><th scope="col">{t('kb.col.state')}</th><th scope="col" className="num">{t('kb.col.pages')}</th><th scope="col" className="num">{t('kb.col.size')}</th>{change && <th scope="col"><span className="sr-only">{t('kb.col.actions')}</span></th>}</tr></thead>
          <tbody>{documents.map((document) => (
            <DocumentRow key={document.id} document={document} replaces={find(document.replaces)} coming={comingInstead(documents, document)} actions={change ? { remove: () => setDeleting(document), replace: () => setReplacing(document), retry: () => retry(document), inspect: () => setInspecting(document), lock: () => setLocking(document) } : undefined} />
          ))}</tbody>
        </table>
      )}
      {next && <Button variant="secondary" label={t('kb.docs.more')} onClick={() => load(next)} />}
      {change && documents && <Check checked={superseded} onChange={setSuperseded} label={t('kb.superseded.show')} />}
      {inspecting && <ProcessingDialog document={inspecting} onClose={() => setInspecting(null)} />}
      {locking && <QuarantineDialog document={locking} onClose={() => setLocking(null)} onDone={locked} />}
      {replacing && <ReplaceDialog document={replacing} limits={limits} onClose={() => setReplacing(null)} onFile={replaceBy} />}
      {deleting && (
        <ConfirmDialog {...questionOn(deleting, t)} onClose={() => setDeleting(null)} act={() => deleteDocument(deleting.id)} onDone={() => {
          removed(deleting.id)
          setDeleting(null)
        }} />
      )}
    </section>
  )
}

/** What is still being read is stopped, what was read is deleted; both are gone for good. */
const questionOn = (document: DocumentState, t: I18n['t']): { title: string; text: string; confirm: string } => {
  const name = document.name
  return isUnderway(document)
    ? { title: t('kb.cancel.title'), text: t('kb.cancel.text', { name }), confirm: t('kb.cancel.go') }
    : { title: t('kb.doc.delete.title'), text: t('kb.doc.delete.text', { name }), confirm: t('app.delete') }
}

/** A replacement that is refused is said at once, and the list shows what holds now: somebody else was faster. */
function useRefusedReplacements(uploads: readonly Upload[], reload: () => void): void {
  const { t } = useI18n()
  const told = useRef(new Set<string>())
  useEffect(() => {
    for (const { key, name, error, replaces } of uploads) {
      if (!error || !replaces || told.current.has(key)) continue
      told.current.add(key)
      announcer.status(`${name}: ${errorText(error, t)}`)
      if (error.status === 404 || error.status === 409) reload()
    }
  }, [uploads, reload, t])
}
