// SPDX-License-Identifier: EUPL-1.2
import { useI18n, type Key } from '../i18n'
import { de } from '../i18n/de'
import { Badge } from '../kern/Badge'
import { Note } from '../kern/Note'
import { CiteButton } from '../markdown/CiteButton'
import type { CheckedSentence, Finding, LanguageReport, Readability, SimplifyResult } from './results'

/** What the rules of a language level say: readability before and after, then sentence by sentence. */
export function LanguageCheck({ result }: { result: SimplifyResult }) {
  const { t } = useI18n()
  const { before, after, lost = [] } = result
  return (
    <section className="language" aria-labelledby="language-title">
      <h3 id="language-title">{t('language.title')}</h3>
      {lost.length > 0 && <Note kind="warning"><strong>{t('language.lost')}</strong> {lost.join(' · ')}</Note>}
      <ReadabilityTable before={before.readability} after={after?.readability} />
      {after ? (
        <>
          <SentenceList title={t('language.after')} report={after} />
          <details className="language-before">
            <summary>{t('language.before')}</summary>
            <SentenceList report={before} sources={result.sources} />
          </details>
        </>
      ) : <SentenceList title={t('language.before')} report={before} sources={result.sources} />}
      <p className="hint">{t('language.limits')}</p>
    </section>
  )
}

const ROWS: { key: keyof Readability; label: Key; help?: Key }[] = [
  { key: 'sentences', label: 'language.sentences' },
  { key: 'words_per_sentence', label: 'language.average' },
  { key: 'longest_sentence', label: 'language.longest' },
  { key: 'long_words', label: 'language.longwords' },
  { key: 'wiener', label: 'language.wiener', help: 'language.wiener.help' },
  { key: 'lix', label: 'language.lix', help: 'language.lix.help' },
]

function ReadabilityTable({ before, after }: { before: Readability; after: Readability | undefined }) {
  const { t, number } = useI18n()
  return (
    <div>
      <table className="docs readability">
        <caption className="sr-only">{t('language.readability')}</caption>
        <thead>
          <tr><th scope="col">{t('language.readability')}</th><th scope="col">{t('language.col.before')}</th>{after && <th scope="col">{t('language.col.after')}</th>}</tr>
        </thead>
        <tbody>
          {ROWS.map((row) => (
            <tr key={row.key}>
              <th scope="row">{t(row.label)}{row.help && <span className="hint">{t(row.help)}</span>}</th>
              <td>{number(before[row.key])}</td>
              {after && <td>{number(after[row.key])}</td>}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function SentenceList({ title, report, sources = {} }: { title?: string; report: LanguageReport; sources?: Record<string, number> | undefined }) {
  const { t, plural } = useI18n()
  const many = report.sentences.filter((sentence) => sentence.findings.some((finding) => finding.severity === 'must')).length
  return (
    <>
      {title && <h4>{title}</h4>}
      <p>{report.passed ? <Badge kind="success" label={t('language.passed')} /> : <Badge kind="warning" label={plural('language.broken', many)} />}</p>
      <ol className="language-sentences">
        {report.sentences.map((sentence, i) => (
          <li key={sentence.char_from}>
            <p className="language-text"><Marked sentence={sentence} />{sources[String(i)] !== undefined && <>{' '}<CiteButton n={sources[String(i)] ?? 0} /></>}</p>
            {sentence.findings.length > 0 ? <Findings findings={sentence.findings} /> : <p className="language-fine">{t('language.fine')}</p>}
          </li>
        ))}
      </ol>
    </>
  )
}

/** The sentence with what its findings are about marked; of those that overlap the shortest, which says most. */
function Marked({ sentence }: { sentence: CheckedSentence }) {
  const { text, char_from: offset, findings } = sentence
  const parts = []
  let position = 0
  const spans: Finding[] = []
  for (const one of findings.toSorted((a, b) => a.quote.length - b.quote.length)) {
    if (one.quote.length < text.length && !spans.some((other) => one.char_from < other.char_to && other.char_from < one.char_to)) spans.push(one)
  }
  for (const span of spans.toSorted((a, b) => a.char_from - b.char_from)) {
    const start = place(text, span.char_from - offset)
    const end = place(text, span.char_to - offset)
    parts.push(text.slice(position, start), <mark key={start}>{text.slice(start, end)}</mark>)
    position = end
  }
  return <>{parts}{text.slice(position)}</>
}

/** The server counts characters, JavaScript UTF-16 units. */
const place = (text: string, characters: number): number => [...text].slice(0, characters).join('').length

function Findings({ findings }: { findings: Finding[] }) {
  const { t } = useI18n()
  return (
    <ul className="findings">
      {findings.map((finding) => {
        const key = `language.rule.${finding.rule}`
        return (
          <li key={`${finding.rule}${finding.char_from}`} className={`finding finding--${finding.severity}`}>
            <strong>{key in de ? t(key as Key) : finding.rule}</strong>
            <span className="finding-weight"> ({t(finding.severity === 'must' ? 'language.must' : 'language.should')})</span>
            <span lang="de">: {finding.detail} {finding.suggestion}</span>
          </li>
        )
      })}
    </ul>
  )
}
