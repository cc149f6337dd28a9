// SPDX-License-Identifier: EUPL-1.2
import { useState } from 'react'
import type { Fact, FactChange, Version } from '../api/caseVersions'
import { useI18n, type I18n } from '../i18n'
import { Button } from '../kern/Button'
import { FactDialog } from './FactDialog'

function shown(value: unknown, { t, number }: I18n): string {
  if (value === null || value === undefined || value === '') return t('work.facts.none')
  if (typeof value === 'boolean') return t(value ? 'work.facts.yes' : 'work.facts.no')
  if (typeof value === 'number') return number(value)
  return typeof value === 'string' ? value : JSON.stringify(value)
}
function from(fact: Fact, { t }: I18n): string {
  if (fact.source === 'person') return t('work.facts.person', { name: fact.by ?? '', reason: fact.reason ?? '' })
  return fact.file ? t('work.facts.file', { name: fact.file, page: fact.page ?? 1 }) : '–'
}

/** Every fact with where it is from; a person corrects with a reason. */
export function Facts({ version, onSave }: { version: Version; onSave: ((change: FactChange) => Promise<unknown>) | null }) {
  const i18n = useI18n()
  const { t } = i18n
  const [open, setOpen] = useState<{ name: string | null } | null>(null)
  return (
    <section className="data-part" aria-labelledby="case-facts">
      <h2 id="case-facts">{t('work.facts')}</h2>
      <ul className="kept work-facts">
        {Object.entries(version.facts).map(([name, fact]) => (
          <li key={name}>
            <h3>{name}</h3>
            <dl>
              <div><dt>{t('work.facts.value')}</dt><dd>{shown(fact.value, i18n)}</dd></div>
              <div><dt>{t('work.facts.from')}</dt><dd>{from(fact, i18n)}</dd></div>
            </dl>
            {onSave && <Button icon="edit" label={t('work.facts.edit', { name })} aria-haspopup="dialog" onClick={() => setOpen({ name })} />}
          </li>
        ))}
      </ul>
      {onSave && <p><Button variant="secondary" icon="plus" label={t('work.facts.add')} aria-haspopup="dialog" onClick={() => setOpen({ name: null })} /></p>}
      {open && onSave && <FactDialog name={open.name} value={open.name === null ? '' : version.facts[open.name]?.value} onClose={() => setOpen(null)} onSave={onSave} />}
    </section>
  )
}
