// SPDX-License-Identifier: EUPL-1.2
import type { KeptKind } from '../api/types'
import { useI18n, type I18n, type Key } from '../i18n'

/** Titles in both languages; purpose and legal basis come from the server in the language of the law. */
const TITLES: Record<string, Key> = {
  conversations: 'data.kind.conversations',
  snapshots: 'data.kind.snapshots',
  runs: 'data.kind.runs',
  cases: 'data.kind.cases',
  files: 'data.kind.files',
  knowledge_bases: 'data.kind.knowledge_bases',
  sessions: 'data.kind.sessions',
  api_tokens: 'data.kind.api_tokens',
  persons: 'data.kind.persons',
  audit: 'data.kind.audit',
}

function period(item: KeptKind, { locale, t, plural }: I18n): string {
  if (item.days === null) return t('data.period.none')
  const days = plural('data.period', item.days)
  return locale === 'de' ? `${days} nach ${item.since}` : days
}

/** The first of the counts is what a person would count; the rest hangs on it. */
const countOf = (item: KeptKind): number => Object.values(item.counts)[0] ?? 0

export function KeptList({ items }: { items: readonly KeptKind[] }) {
  const i18n = useI18n()
  const { t, plural } = i18n
  return (
    <ul className="kept">
      {items.map((item) => {
        const key = TITLES[item.kind]
        return (
          <li key={item.kind}>
            <h3>{key ? t(key) : item.title}</h3>
            <dl>
              <div><dt>{t('data.count')}</dt><dd>{plural('data.entries', countOf(item))}</dd></div>
              <div><dt>{t('data.period')}</dt><dd>{period(item, i18n)}</dd></div>
              <div><dt>{t('data.purpose')}</dt><dd lang="de">{item.purpose}</dd></div>
              <div><dt>{t('data.basis')}</dt><dd lang="de">{item.basis}</dd></div>
              <div><dt>{t('data.recipients')}</dt><dd lang="de">{item.recipients}</dd></div>
            </dl>
          </li>
        )
      })}
    </ul>
  )
}
