// SPDX-License-Identifier: EUPL-1.2
import { AUDIT_EXPORT, fetchCheckpoints } from '../api/audit'
import { useI18n } from '../i18n'
import { Icon } from '../kern/Icon'
import { Loaded } from '../kern/Loaded'
import { useLoad } from '../useLoad'
import { CheckHere } from './CheckHere'
import { Checkpoints } from './Checkpoints'

const COMMANDS = {
  own: 'genius audit verify audit.ndjson --operator operator-public.pem --witness dsb-public.pem --kept kept.json',
  small: 'python3 verify_audit.py audit.ndjson --operator operator-public.pem --witness dsb-public.pem --kept kept.json',
}

/** Whether the trail is unchanged: checked here, by oneself, and what a second party has signed. */
export function GenuinePart() {
  const { t } = useI18n()
  const points = useLoad(fetchCheckpoints)
  return (
    <>
      <section className="duty-sub" aria-labelledby="check-title">
        <h3 id="check-title">{t('aud.check')}</h3>
        <CheckHere onDone={points.reload} />
      </section>
      <section className="duty-sub" aria-labelledby="own-title">
        <h3 id="own-title">{t('aud.own')}</h3>
        <p>{t('aud.own.text')}</p>
        <ol className="steps">
          <li>{t('aud.own.1')} <a className="kern-btn kern-btn--secondary btn" href={AUDIT_EXPORT} download="audit.ndjson"><Icon name="document" /><span className="kern-label">{t('aud.export')}</span></a></li>
          <li>{t('aud.own.2')}<code className="command">{COMMANDS.own}</code></li>
          <li>{t('aud.own.3')}<code className="command">{COMMANDS.small}</code></li>
        </ol>
      </section>
      <section className="duty-sub" aria-labelledby="points-title">
        <h3 id="points-title">{t('aud.points')}</h3>
        <Loaded of={points}>{(state) => <Checkpoints state={state} />}</Loaded>
      </section>
    </>
  )
}
