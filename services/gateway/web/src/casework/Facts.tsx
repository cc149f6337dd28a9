// SPDX-License-Identifier: EUPL-1.2
import { useState } from 'react'
import type { Fact, FactChange, Version } from '../api/caseVersions'
import { useI18n, type I18n } from '../i18n'
import { Button } from '../kern/Button'
import { FactDialog } from './FactDialog'
import { factInWords } from './factInWords'
import { WithdrawDialog } from './WithdrawDialog'

function from(fact: Fact, { t }: I18n): string {
  if (fact.source === 'person') return t('work.facts.person', { name: fact.by ?? '', reason: fact.reason ?? '' })
  return fact.file ? t('work.facts.file', { name: fact.file, page: fact.page ?? 1 }) : '–'
}

/** Facts as they are listed in a case and in the result of a check: value, where it is from, what can be done. */
export function FactList({ facts, level = 3, onEdit, onWithdraw }: { facts: Record<string, Fact>; /** Of their headings. */ level?: 3 | 4; onEdit?: ((name: string) => void) | null; onWithdraw?: (name: string) => void }) {
  const i18n = useI18n()
  const { t } = i18n
  const Name: 'h3' | 'h4' = `h${level}`
  return (
    <ul className="kept work-facts">
      {Object.entries(facts).map(([name, fact]) => (
        <li key={name}>
          <Name>{name}</Name>
          <dl>
            <div><dt>{t('work.facts.value')}</dt><dd>{fact.state === 'invalid' && fact.raw ? t('work.facts.invalid', { raw: fact.raw }) : factInWords(fact.value, i18n)}</dd></div>
            <div><dt>{t('work.facts.from')}</dt><dd>{from(fact, i18n)}</dd></div>
            {fact.source === 'person' && <div><dt>{t('work.facts.read')}</dt><dd>{factInWords(fact.read?.value, i18n)}</dd></div>}
          </dl>
          {onEdit && (
            <p className="case-act">
              <Button icon="edit" label={t('work.facts.edit', { name })} aria-haspopup="dialog" onClick={() => onEdit(name)} />
              {fact.source === 'person' && onWithdraw && <Button icon="back" label={t('work.facts.withdraw', { name })} aria-haspopup="dialog" onClick={() => onWithdraw(name)} />}
            </p>
          )}
        </li>
      ))}
    </ul>
  )
}

/** Every fact with where it is from; a person corrects with a reason, and takes a correction back with one. */
export function Facts({ version, onSave }: { version: Version; onSave: ((change: FactChange) => Promise<unknown>) | null }) {
  const { t } = useI18n()
  const [open, setOpen] = useState<{ name: string | null } | null>(null)
  const [back, setBack] = useState<string | null>(null)
  const withdrawn = back === null ? undefined : version.facts[back]
  const rewritten = Boolean(version.letter?.rewritten)
  return (
    <section className="data-part" aria-labelledby="case-facts">
      <h2 id="case-facts">{t('work.facts')}</h2>
      {onSave && <p className="hint">{t('work.facts.hint')}</p>}
      <FactList facts={version.facts} onEdit={onSave && ((name) => setOpen({ name }))} onWithdraw={setBack} />
      {onSave && <p><Button variant="secondary" icon="plus" label={t('work.facts.add')} aria-haspopup="dialog" onClick={() => setOpen({ name: null })} /></p>}
      {open && onSave && <FactDialog name={open.name} value={open.name === null ? '' : version.facts[open.name]?.value} rewritten={rewritten} onClose={() => setOpen(null)} onSave={onSave} />}
      {back !== null && withdrawn && onSave && <WithdrawDialog name={back} fact={withdrawn} rewritten={rewritten} onClose={() => setBack(null)} onSave={onSave} />}
    </section>
  )
}
