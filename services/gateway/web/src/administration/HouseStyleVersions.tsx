// SPDX-License-Identifier: EUPL-1.2
import { useState } from 'react'
import { fetchHouseStyleVersion, KINDS, type HouseStyle, type HouseStyleView } from '../api/houseStyle'
import { ErrorNote } from '../errors'
import { useI18n } from '../i18n'
import { Button } from '../kern/Button'
import { Dialog } from '../kern/Dialog'
import { wordsAsText } from './houseStyle'

const LINES = ['department', 'address', 'contact', 'salutation', 'closing'] as const

/** What was saved before, to look at and to copy from; nothing is ever overwritten. */
export function HouseStyleVersions({ authority, view }: { authority: string; view: HouseStyleView }) {
  const { t, time } = useI18n()
  const [shown, setShown] = useState<HouseStyle | null>(null)
  const [error, setError] = useState<unknown>(null)
  if (view.versions.length === 0) return <p className="hint">{t('style.versions.none')}</p>
  const show = (number: number) => {
    setError(null)
    fetchHouseStyleVersion(authority, number).then(setShown, setError)
  }
  return (
    <section className="style-versions" aria-labelledby="style-versions">
      <h3 id="style-versions">{t('style.versions')}</h3>
      {error !== null && <ErrorNote error={error} />}
      <ul className="cards">
        {view.versions.map((one) => (
          <li key={one.number} className="row">
            <span>{t(one.number === view.style.number ? 'style.version.holds' : 'style.version', { number: one.number, at: time(one.created_at) })}</span>
            <Button variant="secondary" label={t('style.version.show', { number: one.number })} onClick={() => show(one.number)} />
          </li>
        ))}
      </ul>
      {shown && (
        <Dialog title={t('style.version.title', { number: shown.number })} onClose={() => setShown(null)} closeLabel={t('app.close')} footer={null}>
          <dl className="style-facts">
            {LINES.filter((name) => shown[name]).map((name) => <div key={name}><dt>{t(`style.${name}`)}</dt><dd>{shown[name]}</dd></div>)}
            {shown.words.length > 0 && <div><dt>{t('style.words')}</dt><dd>{wordsAsText(shown.words)}</dd></div>}
            {KINDS.filter((kind) => shown.templates[kind]).map((kind) => <div key={kind}><dt>{t(`style.template.${kind}`)}</dt><dd>{shown.templates[kind]}</dd></div>)}
          </dl>
        </Dialog>
      )}
    </section>
  )
}
