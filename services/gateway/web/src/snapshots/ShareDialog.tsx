// SPDX-License-Identifier: EUPL-1.2
import { useCallback, useId, useState, type FormEvent } from 'react'
import { ApiError } from '../api/client'
import { fetchShares, shareConversation } from '../api/snapshots'
import type { Conversation } from '../api/types'
import { announcer } from '../chat/announcer'
import { conversationTitle } from '../chat/Unreadable'
import { ErrorNote } from '../errors'
import { useI18n } from '../i18n'
import { Button } from '../kern/Button'
import { Check } from '../kern/Check'
import { Dialog } from '../kern/Dialog'
import { Note } from '../kern/Note'
import { Radios } from '../kern/Radios'
import { TextInput } from '../kern/TextInput'
import { useSession } from '../session'
import { useLoad } from '../useLoad'
import { ShareList } from './ShareList'

const DAYS = [7, 30, 90] as const
type Days = (typeof DAYS)[number]
const DAY_MS = 24 * 60 * 60 * 1000
const split = (text: string): string[] => text.split(/[\s,;]+/).filter(Boolean)

/** The names that the server knows nobody of; null = the failure is another one. */
function unknownNames(error: unknown, names: string[]): string[] | null {
  if (!(error instanceof ApiError) || error.problem.code !== 'recipient_unknown') return null
  return (error.problem.errors ?? []).map(({ pointer }) => names[Number(pointer.split('/')[2])] ?? '').filter(Boolean)
}

/** Whom to share with, how long, and what of the sources; below, with whom it is shared now. */
export function ShareDialog({ conversation, onClose }: { conversation: Conversation; onClose: () => void }) {
  const { t } = useI18n()
  const { me } = useSession()
  const id = useId()
  const [people, setPeople] = useState('')
  const [units, setUnits] = useState<readonly string[]>([])
  const [days, setDays] = useState<Days>(30)
  const [answers, setAnswers] = useState(false)
  const [wrong, setWrong] = useState('')
  const [error, setError] = useState<unknown>(null)
  const [working, setWorking] = useState(false)
  const [done, setDone] = useState(false)
  const shares = useLoad(useCallback(() => fetchShares(conversation.id), [conversation.id]))
  const failed = (reason: unknown, names: string[]) => {
    const unknown = unknownNames(reason, names)
    setWrong(unknown?.length ? t('share.people.unknown', { names: unknown.join(', ') }) : '')
    setError(unknown?.length ? null : reason)
    if (unknown?.length) document.getElementById(id)?.focus()
  }
  const share = (event: FormEvent) => {
    event.preventDefault()
    const names = split(people)
    setDone(false)
    setError(null)
    setWrong(names.length + units.length ? '' : t('share.people.missing'))
    if (!names.length && !units.length) return document.getElementById(id)?.focus()
    setWorking(true)
    const recipients = [...names.map((username) => ({ username })), ...units.map((unit) => ({ unit }))]
    return void shareConversation(conversation.id, { recipients, expires_at: new Date(Date.now() + days * DAY_MS).toISOString(), show_answers: answers })
      .then((made) => {
        setPeople('')
        setDone(true)
        announcer.status(t('share.done'))
        shares.set([made, ...(shares.data ?? [])])
      }, (reason: unknown) => failed(reason, names))
      .finally(() => setWorking(false))
  }
  return (
    <Dialog title={t('share.title')} onClose={onClose} closeLabel={t('app.close')} footer={<Button type="submit" form={`${id}f`} variant="primary" label={t('share.go')} disabled={working} />}>
      <p className="kern-body">{t('share.what', { title: conversationTitle(conversation, t) })}</p>
      {error !== null && <ErrorNote error={error} />}
      {done && <Note kind="success">{t('share.done')}</Note>}
      <form id={`${id}f`} noValidate onSubmit={share} className="form">
        <TextInput id={id} label={t('share.people')} hint={t('share.people.hint')} error={wrong || undefined} value={people} autoComplete="off" autoCapitalize="none" spellCheck={false} onChange={setPeople} />
        {(me.units ?? []).length > 0 && (
          <fieldset className="kern-fieldset radios">
            <legend>{t('share.units')}</legend>
            {me.units?.map((unit) => (
              <Check key={unit.id} label={unit.name} checked={units.includes(unit.id)} onChange={(checked) => setUnits(checked ? [...units, unit.id] : units.filter((one) => one !== unit.id))} />
            ))}
          </fieldset>
        )}
        <Radios legend={t('share.days')} name={`${id}d`} value={days} onChange={setDays} options={DAYS.map((count) => [count, t(`share.days.${count}`)] as const)} />
        <div className="share-sources">
          <p className="hint" id={`${id}s`}>{t('share.sources')}</p>
          <Check label={t('share.answers')} hint={t('share.answers.hint')} checked={answers} describedBy={`${id}s`} onChange={setAnswers} />
        </div>
      </form>
      {shares.error !== null && <ErrorNote error={shares.error} />}
      {!!shares.data?.length && (
        <section className="share-now">
          <h3 id={`${id}n`}>{t('share.now')}</h3>
          <ShareList shares={shares.data} ask={false} labelledBy={`${id}n`} onEnded={(gone) => shares.set((shares.data ?? []).filter((one) => one.id !== gone))} />
        </section>
      )}
    </Dialog>
  )
}
