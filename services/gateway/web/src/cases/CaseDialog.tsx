// SPDX-License-Identifier: EUPL-1.2
import { useEffect, useId, useState } from 'react'
import type { Case } from '../api/cases'
import { ErrorNote } from '../errors'
import { useI18n } from '../i18n'
import { Button } from '../kern/Button'
import { Dialog } from '../kern/Dialog'
import { Icon } from '../kern/Icon'
import { Note } from '../kern/Note'
import { TextInput } from '../kern/TextInput'
import { may } from '../rights'
import { useSession } from '../session'
import { useCases } from './CasesContext'
import { NewCaseForm } from './NewCaseForm'

type Props = {
  chosen: string | null
  onChoose: (id: string) => void
  onClose: () => void
  /** Why one is asked just now. */
  why?: string | undefined
  /** A way on without a case, where there is one. */
  without?: (() => void) | undefined
}
/** From so many on a field to search them is worth its place. */
const MANY = 6

const finds = (one: Case, words: string): boolean => `${one.reference} ${one.title ?? ''}`.toLowerCase().includes(words.trim().toLowerCase())

/** Choose one of one's own cases, or make the one that is missing. */
export function CaseDialog({ chosen, onChoose, onClose, why, without }: Props) {
  const { t } = useI18n()
  const { me } = useSession()
  const { cases, error, reload } = useCases()
  const id = useId()
  const [words, setWords] = useState('')
  const [making, setMaking] = useState(false)
  // Colleagues share and end sharing meanwhile.
  useEffect(reload, [reload])
  const open = (cases ?? []).filter((one) => one.state === 'open' || one.id === chosen)
  const found = open.filter((one) => finds(one, words))
  const creates = may(me, 'case.create')
  if (making) return <NewCaseForm onClose={onClose} onBack={() => setMaking(false)} onMade={onChoose} />
  const foot = creates && <Button variant={open.length === 0 ? 'primary' : 'secondary'} icon="plus" label={t('case.new')} onClick={() => setMaking(true)} />
  return (
    <Dialog title={t('case.choose')} onClose={onClose} footer={foot}>
      <p className="kern-body">{why ?? t('case.choose.why')}</p>
      {error !== null && <ErrorNote error={error} actions={<Button variant="secondary" label={t('app.retry')} onClick={reload} />} />}
      {cases === null && error === null && <p role="status">{t('app.loading')}</p>}
      {open.length >= MANY && <TextInput label={t('case.find')} type="search" value={words} autoComplete="off" onChange={setWords} />}
      {cases !== null && open.length === 0 && <p className="kern-body">{t(creates ? 'case.none' : 'case.none.ask')}</p>}
      {open.length >= MANY && <p className="sr-only" role="status">{t('case.found', { count: found.length })}</p>}
      {found.length > 0 && (
        <ul className="case-list" aria-label={t('case.list')}>
          {found.map((one) => one.unreadable ? (
            <li key={one.id}><Note kind="warning"><strong>{one.reference || t('unreadable.case')}</strong> {t('unreadable.case.why')}</Note></li>
          ) : (
            <li key={one.id}>
              <button type="button" aria-current={one.id === chosen || undefined} aria-describedby={`${id}${one.id}`} onClick={() => onChoose(one.id)}>
                <span><strong>{one.reference}</strong>{one.title && <span className="case-title">{one.title}</span>}<span className="hint" id={`${id}${one.id}`}>{one.owner_name ? t('case.of', { name: one.owner_name }) : t('case.own')}{one.id === chosen && ` · ${t('case.chosen')}`}</span></span>
                <Icon name={one.id === chosen ? 'check' : 'right'} />
              </button>
            </li>
          ))}
        </ul>
      )}
      {open.length > 0 && found.length === 0 && <p className="kern-body">{t('case.found.none')}</p>}
      {without && <p className="case-without"><Button variant="tertiary" icon="chat" label={t('case.without')} onClick={without} /><span className="hint">{t('case.without.hint')}</span></p>}
    </Dialog>
  )
}
