// SPDX-License-Identifier: EUPL-1.2
import { useState } from 'react'
import type { KnowledgeBase } from '../api/types'
import { useI18n } from '../i18n'
import { Button } from '../kern/Button'
import { useSession } from '../session'
import { GrantsSection } from './GrantsSection'
import { MoveDialog } from './MoveDialog'
import { offeredOwners } from './rights'
import { SharesSection } from './SharesSection'

/** "Freigaben" of a knowledge base, for who manages it. Tenant-wide ones everybody reads. */
export function Sharing({ base, onMoved }: { base: KnowledgeBase; onMoved: (base: KnowledgeBase) => void }) {
  const { t } = useI18n()
  const { me } = useSession()
  const [moving, setMoving] = useState(false)
  const owners = offeredOwners(me).filter((offer) => offer.owner !== 'person')
  return (
    <section aria-labelledby="sharing-title" className="sharing">
      <div className="page-head">
        <h2 id="sharing-title">{t('sharing.title')}</h2>
        {owners.length > 0 && <Button icon="share" label={t('move.title')} aria-haspopup="dialog" onClick={() => setMoving(true)} />}
      </div>
      <GrantsSection base={base} />
      <SharesSection base={base} />
      {moving && <MoveDialog base={base} owners={owners} onClose={() => setMoving(false)} onDone={(moved) => {
        setMoving(false)
        onMoved(moved)
      }} />}
    </section>
  )
}
