// SPDX-License-Identifier: EUPL-1.2
import { useState, type ReactNode } from 'react'
import { readDraft, useDraftKey, writeDraft } from '../drafts'
import { useI18n } from '../i18n'
import { Button } from '../kern/Button'
import { CaseDialog } from './CaseDialog'
import { useCaseName } from './CaseLine'
import { ActingCase, useCases } from './CasesContext'

/** A choice that this tab remembers under `what`, until one signs out. One that is no longer the person's is none. */
export function useKeptCase(what: string): [chosen: string | null, choose: (id: string) => void] {
  const { required, cases } = useCases()
  const key = useDraftKey(`case.${what}`)
  const [kept, setKept] = useState(() => readDraft(key) || null)
  const choose = (id: string) => {
    writeDraft(key, id)
    setKept(id)
  }
  const valid = required && kept !== null && (cases?.some((one) => one.id === kept) ?? false)
  return [valid ? kept : null, choose]
}

/** The case that a page or a form works for, and the way to another one. */
export function CasePicker({ chosen, onChoose, hint }: { chosen: string | null; onChoose: (id: string) => void; hint: string }) {
  const { t } = useI18n()
  const nameOf = useCaseName()
  const [open, setOpen] = useState(false)
  return (
    <section className={`case-picker${chosen === null ? ' case-picker--none' : ''}`} aria-label={t('case.label')}>
      <p><span className="case-picker-name">{t('case.label')}: <strong>{chosen === null ? t('case.nothing') : nameOf(chosen)}</strong></span><span className="hint">{chosen === null && `${t('case.first')} `}{hint}</span></p>
      <Button variant={chosen === null ? 'primary' : 'secondary'} icon="folder" label={t(chosen === null ? 'case.choose.go' : 'case.change')} aria-haspopup="dialog" onClick={() => setOpen(true)} />
      {open && <CaseDialog chosen={chosen} onClose={() => setOpen(false)} onChoose={(id) => {
        onChoose(id)
        setOpen(false)
      }} />}
    </section>
  )
}

/** What only opens for a case: first the choice, then the content. Where cases are not asked for, the content alone. */
export function CaseGate({ what, hint, children }: { what: string; hint: string; children: ReactNode }) {
  const { t } = useI18n()
  const { required, cases, error } = useCases()
  const [chosen, choose] = useKeptCase(what)
  if (!required) return <>{children}</>
  if (cases === null && error === null) return <p role="status">{t('app.loading')}</p>
  return (
    <>
      <CasePicker chosen={chosen} onChoose={choose} hint={hint} />
      {chosen !== null && <ActingCase key={chosen} value={chosen}>{children}</ActingCase>}
    </>
  )
}
