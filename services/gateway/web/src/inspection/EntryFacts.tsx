// SPDX-License-Identifier: EUPL-1.2
import { className, named } from '../administration/names'
import type { Entry } from '../api/inspection'
import { useI18n } from '../i18n'

/** What the log says of a retrieval: who, when, for which case, what, and whether it was granted. Never a word of content. */
export function EntryFacts({ entry }: { entry: Entry }) {
  const { t, number } = useI18n()
  const lines: [string, string][] = [
    [t('ins.entry.user'), entry.login],
    [t('ins.entry.case'), entry.reference ?? t(entry.case ? 'ins.entry.foreign' : 'ins.entry.nocase')],
    [t('ins.entry.kind'), named('ins.kind', entry.kind, t) + (entry.hits === null ? '' : ` (${t('ins.entry.hits', { count: number(entry.hits) })})`)],
    [t('ins.entry.class'), entry.category ? className(entry.category, t) : '–'],
    [t('ins.entry.outcome'), named('ins.outcome', entry.outcome, t)],
    ...(entry.application ? [[t('ins.entry.application'), entry.application] as [string, string]] : []),
    ...(entry.object ? [[t('ins.entry.object'), entry.object] as [string, string]] : []),
  ]
  return <dl>{lines.map(([name, value]) => <div key={name}><dt>{name}</dt><dd>{value}</dd></div>)}</dl>
}
