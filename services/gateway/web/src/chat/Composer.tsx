// SPDX-License-Identifier: EUPL-1.2
import { useCallback, useEffect, useId, useRef, useState, type FormEvent, type KeyboardEvent } from 'react'
import { CaseButton } from '../cases/CaseButton'
import { CaseDialog } from '../cases/CaseDialog'
import { useCases } from '../cases/CasesContext'
import { isAboutCase } from '../cases/sources'
import { useDraft, useDraftKey } from '../drafts'
import { errorText } from '../errors'
import { FileButton } from '../files/FileButton'
import { FileChips } from '../files/FileChips'
import { useDrop } from '../files/useDrop'
import { useFileSource } from '../files/useFileSource'
import { isFailed, useUploads } from '../files/useUploads'
import { useI18n } from '../i18n'
import { Button } from '../kern/Button'
import { Note } from '../kern/Note'
import { LEAST, type ProtectionClass } from '../protection/classes'
import { ProtectionSelect } from '../protection/ProtectionSelect'
import { useSession } from '../session'
import { KnowledgeButton } from './KnowledgeButton'
import { limitsOf, checkFiles } from './limits'
import type { ChatState, ChatStore } from './store'
import { useKnowledgeChoice } from './useKnowledgeChoice'

type Props = { store: ChatStore; state: ChatState; suggestion: string; onSuggestionTaken: () => void }
/** From this share of the limit on, what is left is told. */
const TELL_FROM = 0.8

export function Composer({ store, state, suggestion, onSuggestionTaken }: Props) {
  const i18n = useI18n()
  const { t, number, bytes } = i18n
  const { me } = useSession()
  const id = useId()
  const area = useRef<HTMLTextAreaElement>(null)
  const [draft, setDraft, putBack] = useDraft(useDraftKey(store.id ?? 'new'))
  const [protection, setProtection] = useState<ProtectionClass>(LEAST)
  const { uploads, add, drop, retry, clear } = useUploads(useFileSource(protection))
  const knowledge = useKnowledgeChoice(state.conversation, uploads.length > 0)
  const limits = limitsOf(me)
  const [fileProblem, setFileProblem] = useState('')
  const { required } = useCases()
  /** What waits for a case; null when nobody is asked for one. */
  const [asking, setAsking] = useState<string | null>(null)
  const busy = state.live !== null
  const tooLong = draft.length - limits.characters
  const unusable = uploads.some((upload) => !upload.document && !upload.error)

  const addFiles = useCallback((files: File[]) => {
    const problem = checkFiles(files, uploads.length, limits, i18n)
    setFileProblem(problem)
    if (!problem) add(files)
  }, [add, uploads.length, limits, i18n])
  const { over, handlers } = useDrop(addFiles)

  const submit = useCallback(async (text: string, without = false) => {
    if (!text || store.busy || unusable || text.length > limits.characters) return
    if (required && !without && store.snapshot().case === null && (uploads.length > 0 || knowledge.chosen.length > 0)) {
      setAsking(text)
      return
    }
    const files = uploads.filter((upload) => !isFailed(upload)).flatMap((upload) => (upload.document ? [{ id: upload.document.id, name: upload.name }] : []))
    setDraft('')
    try {
      const turn = store.send({ text, files, protection: protection === LEAST ? undefined : protection, ...(without ? { knowledgeBases: [] } : knowledge.toSend()) })
      clear()
      await turn
    } catch {
      // Said by the store's error note; what was written comes back into the field.
      putBack(text)
    }
  }, [store, unusable, limits.characters, uploads, setDraft, putBack, knowledge, clear, protection, required])

  useEffect(() => {
    if (!suggestion) return
    onSuggestionTaken()
    void submit(suggestion)
    area.current?.focus()
  }, [suggestion, onSuggestionTaken, submit])
  useEffect(() => {
    if (store.id === null) area.current?.focus({ preventScroll: true })
  }, [store])

  const key = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return
    event.preventDefault()
    void submit(draft.trim())
  }
  const onSubmit = (event: FormEvent) => {
    event.preventDefault()
    void submit(draft.trim())
  }
  return (
    <div className={`composer${over ? ' composer--over' : ''}`} {...handlers}>
      <form className="column" onSubmit={onSubmit} aria-label={t('chat.input.form')}>
        {state.sendError && state.sendError.status !== 401 && (
          <Note kind="danger" alert actions={<>{required && isAboutCase(state.sendError) && !state.conversation?.case && <Button variant="secondary" icon="folder" label={t('case.choose.go')} aria-haspopup="dialog" onClick={() => setAsking('')} />}<Button label={t('app.close')} onClick={() => store.dismissError()} /></>}>{errorText(state.sendError, t)}</Note>
        )}
        {fileProblem && <Note kind="warning" alert>{fileProblem}</Note>}
        <FileChips uploads={uploads} onRemove={drop} onRetry={retry} />
        <div className="composer-box">
          <label htmlFor={id} className="sr-only">{t('chat.input')}</label>
          <textarea id={id} ref={area} data-route-focus rows={1} value={draft} placeholder={t('chat.input.placeholder')} aria-describedby={`${id}h ${id}l`} aria-invalid={tooLong > 0 || undefined} onChange={(event) => setDraft(event.target.value)} onKeyDown={key} />
          <div className="composer-row">
            <FileButton className="shrink" icon="attach" label={t('chat.attach')} onFiles={addFiles} describedBy={`${id}f`} />
            <CaseButton chosen={state.case} fixed={Boolean(state.conversation?.case)} onChoose={(one) => store.chooseCase(one)} />
            <KnowledgeButton choice={knowledge} />
            <span className="grow" />
            {busy ? (
              <Button variant="secondary" className="send shrink" icon="stop" label={t('chat.stop')} title={t('chat.stop.hint')} disabled={state.live?.stopping} onClick={() => store.stop()} />
            ) : (
              <Button type="submit" variant="primary" className="send shrink" icon="send" label={t('chat.send')} aria-disabled={!draft.trim() || tooLong > 0 || unusable || undefined} />
            )}
          </div>
        </div>
        <ProtectionSelect inline label={t('protection.input')} value={protection} onChange={setProtection} />
        {over && <p className="drop-hint">{t('chat.drop')}</p>}
        <div className="composer-hints">
          <p className="hint" id={`${id}h`}>{t('chat.input.hint')}</p>
          <p className="hint" id={`${id}f`}>{t('chat.attach.limit', { size: bytes(limits.fileBytes), count: limits.files })}</p>
          <p className={tooLong > 0 ? 'hint hint--error' : 'hint'} id={`${id}l`}>{tooLong > 0 ? t('chat.input.toolong', { count: number(tooLong) }) : draft.length > limits.characters * TELL_FROM ? t('chat.input.left', { count: number(-tooLong) }) : ''}</p>
        </div>
      </form>
      {asking !== null && (
        <CaseDialog chosen={state.case} why={asking ? t('case.choose.now') : undefined} onClose={() => {
          putBack(asking)
          setAsking(null)
        }} onChoose={(one) => {
          store.chooseCase(one)
          setAsking(null)
          void submit(asking)
        }} without={asking && uploads.length === 0 ? () => {
          knowledge.choose([])
          setAsking(null)
          void submit(asking, true)
        } : undefined} />
      )}
    </div>
  )
}
