// SPDX-License-Identifier: EUPL-1.2
import { useState } from 'react'
import { fetchCases } from '../api/cases'
import { NewCaseForm } from '../cases/NewCaseForm'
import { useI18n } from '../i18n'
import { Button } from '../kern/Button'
import { Icon } from '../kern/Icon'
import { Loaded } from '../kern/Loaded'
import { ProtectionBadge } from '../protection/ProtectionBadge'
import { may } from '../rights'
import { Link, navigate } from '../router'
import { useSession } from '../session'
import { useLoad } from '../useLoad'
import { useTitle } from '../useTitle'

/** Own cases and those that colleagues share. */
export function CasesPage() {
  const { t } = useI18n()
  const { me } = useSession()
  const cases = useLoad(fetchCases)
  const [creating, setCreating] = useState(false)
  useTitle(t('work.title'))
  const close = () => setCreating(false)
  return (
    <div className="page"><div className="column">
      <div className="page-head"><h1>{t('work.title')}</h1>{may(me, 'case.create') && <Button variant="primary" icon="plus" label={t('case.new')} aria-haspopup="dialog" onClick={() => setCreating(true)} />}</div>
      <p className="lead">{t('work.lead')}</p>
      <Loaded of={cases}>
        {(found) => found.length === 0 ? <p>{t('work.none')}</p> : (
          <ul className="kb-list">
            {found.map((one) => (
              <li key={one.id}>
                <Link to={`/cases/${one.id}`}>
                  <Icon name="folder" />
                  <span><strong>{one.reference || t('unreadable.case')}</strong>{one.title && <span>{one.title}</span>}<span className="hint">{[one.owner_name ? t('case.of', { name: one.owner_name }) : t('case.own'), one.state === 'closed' ? t('work.closed') : ''].filter(Boolean).join(' · ')}</span></span>
                  <ProtectionBadge value={one.protection_class} />
                  <Icon name="right" />
                </Link>
              </li>
            ))}
          </ul>
        )}
      </Loaded>
      {creating && <NewCaseForm onClose={close} onBack={close} back={t('app.cancel')} go={t('work.create')} onMade={(id) => navigate(`/cases/${id}`)} />}
    </div></div>
  )
}
