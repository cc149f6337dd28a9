// SPDX-License-Identifier: EUPL-1.2
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { deleteDocument, fetchDocuments, followDocument, uploadDocument } from '../api/endpoints'
import type { DocumentState, KnowledgeBase } from '../api/types'
import { useActingCase } from '../cases/CasesContext'
import { checkFiles, limitsOf } from '../chat/limits'
import { ErrorNote } from '../errors'
import { FileButton } from '../files/FileButton'
import { FileChips } from '../files/FileChips'
import { useDrop } from '../files/useDrop'
import { useUploads } from '../files/useUploads'
import { useI18n } from '../i18n'
import { Button } from '../kern/Button'
import { ConfirmDialog } from '../kern/ConfirmDialog'
import { Note } from '../kern/Note'
import { useSession } from '../session'
import { DocumentRow } from './DocumentRow'

const MANY = 100
const POLL_MS = 2000
/** Under the Steuergeheimnis each look is a retrieval and stands in the log: then ever more rarely, up to this. */
const SLOWEST_MS = 60_000

export function DocumentTable({ base, change }: { base: KnowledgeBase; change: boolean }) {
  const i18n = useI18n()
  const { t, bytes } = i18n
  const { me } = useSession()
  const acting = useActingCase()
  const [documents, setDocuments] = useState<DocumentState[] | null>(null)
  const [next, setNext] = useState<string | null>(null)
  const [error, setError] = useState<unknown>(null)
  const [deleting, setDeleting] = useState<DocumentState | null>(null)
  const [problem, setProblem] = useState('')
  const limits = useMemo(() => ({ ...limitsOf(me), files: MANY }), [me])
  const source = useMemo(() => ({ put: (file: File, progress: (share: number) => void) => uploadDocument(base.id, file, progress), get: (id: string) => followDocument(id, acting) }), [base.id, acting])
  const { uploads, add, drop } = useUploads(source)

  const load = useCallback((after?: string) => void fetchDocuments(base.id, acting, after).then((page) => {
    setDocuments((old) => (after ? [...(old ?? []), ...page.items] : page.items))
    setNext(page.next ?? null)
  }, setError), [base.id, acting])
  useEffect(() => load(), [load])

  const looks = useRef(0)
  // What has arrived moves from the upload list into the table, and is followed there.
  useEffect(() => {
    for (const upload of uploads) {
      const { document } = upload
      if (!document) continue
      setDocuments((old) => [document, ...(old ?? []).filter((one) => one.id !== document.id)])
      drop(upload)
      looks.current = 0
    }
  }, [uploads, drop])
  useEffect(() => {
    const open = (documents ?? []).filter((one) => one.state !== 'ready' && one.state !== 'failed')
    if (open.length === 0) return undefined
    const pause = acting === null ? POLL_MS : Math.min(POLL_MS * 2 ** looks.current++, SLOWEST_MS)
    const timer = setTimeout(() => {
      void Promise.allSettled(open.map((one) => followDocument(one.id, acting))).then((states) => {
        const fresh = new Map(states.flatMap((state) => (state.status === 'fulfilled' ? [[state.value.id, state.value] as const] : [])))
        setDocuments((old) => (old ?? []).map((one) => fresh.get(one.id) ?? one))
      })
    }, pause)
    return () => clearTimeout(timer)
  }, [documents, acting])

  const addFiles = useCallback((files: File[]) => {
    const text = checkFiles(files, uploads.length, limits, i18n)
    setProblem(text)
    if (!text) add(files)
  }, [add, uploads.length, limits, i18n])
  const { over, handlers } = useDrop(addFiles)
  return (
    <section aria-labelledby="docs-title">
      <h2 id="docs-title">{t('kb.docs')}</h2>
      {change && (
        <>
          <div className={`dropzone${over ? ' dropzone--over' : ''}`} {...handlers}>
            <FileButton variant="secondary" icon="upload" label={t('kb.upload')} onFiles={addFiles} describedBy="docs-hint" />
            <span>{t('form.files.drop')}</span>
            <p className="hint" id="docs-hint">{t('kb.upload.hint')} {bytes(limits.fileBytes)}</p>
          </div>
          {problem && <Note kind="warning" alert>{problem}</Note>}
          <FileChips uploads={uploads} onRemove={drop} />
        </>
      )}
      {error !== null && <ErrorNote error={error} actions={<Button variant="secondary" label={t('app.retry')} onClick={() => {
        setError(null)
        load()
      }} />} />}
      {documents?.length === 0 && <p>{t('kb.docs.none')}</p>}
      {documents && documents.length > 0 && (
        <table className="docs">
          <thead><tr><th scope="col">{t('kb.col.name')}</th><th scope="col">{t('kb.col.state')}</th><th scope="col" className="num">{t('kb.col.pages')}</th><th scope="col" className="num">{t('kb.col.size')}</th>{change && <th scope="col"><span className="sr-only">{t('kb.col.actions')}</span></th>}</tr></thead>
          <tbody>{documents.map((document) => <DocumentRow key={document.id} document={document} onDelete={change ? () => setDeleting(document) : undefined} />)}</tbody>
        </table>
      )}
      {next && <Button variant="secondary" label={t('kb.docs.more')} onClick={() => load(next)} />}
      {deleting && (
        <ConfirmDialog title={t('kb.doc.delete.title')} text={t('kb.doc.delete.text', { name: deleting.name })} confirm={t('app.delete')} onClose={() => setDeleting(null)} act={() => deleteDocument(deleting.id)} onDone={() => {
          setDocuments((old) => (old ?? []).filter((one) => one.id !== deleting.id))
          setDeleting(null)
        }} />
      )}
    </section>
  )
}
