// SPDX-License-Identifier: EUPL-1.2
import type { Manifest } from '../api/types'
import { useI18n, type Key } from '../i18n'
import { de } from '../i18n/de'

/** What the function is for, who approved it, and the prompts it uses: closed at first, readable for everybody (INJ-05). */
export function AboutModule({ module }: { module: Manifest }) {
  const { t, label, date } = useI18n()
  const card = module.card
  const prompts = module.prompts ?? []
  const risk = `about.risk.${card?.risk_class ?? ''}`
  return (
    <details className="form-part about">
      <summary>{t('about.title')}</summary>
      <div className="form-part-fields">
        <dl className="about-facts">
          {card && (
            <>
              <dt>{t('about.purpose')}</dt><dd>{label(card.purpose)}</dd>
              <dt>{t('about.risk')}</dt><dd>{risk in de ? t(risk as Key) : card.risk_class}</dd>
              <dt>{t('about.annex')}</dt><dd>{label(card.annex_iii)}</dd>
              <dt>{t('about.approved')}</dt><dd>{t('about.approved.text', { by: card.approver, date: date(card.expires_on) })}</dd>
            </>
          )}
          <dt>{t('about.version')}</dt><dd>{module.version}</dd>
        </dl>
        <h2>{t('about.prompts')}</h2>
        <p className="hint">{t(prompts.length ? 'about.prompts.hint' : 'about.prompts.none')}</p>
        {prompts.map((prompt) => (
          <section key={prompt.name} className="about-prompt" aria-label={t('about.prompt', prompt)}>
            <h3>{t('about.prompt', prompt)}</h3>
            <p lang={module.external ? undefined : 'de'}>{prompt.text}</p>
          </section>
        ))}
      </div>
    </details>
  )
}
