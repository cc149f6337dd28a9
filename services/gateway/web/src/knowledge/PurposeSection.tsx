// SPDX-License-Identifier: EUPL-1.2
import { useState } from 'react'
import type { KnowledgeBase } from '../api/types'
import { announcer } from '../chat/announcer'
import { useI18n } from '../i18n'
import { Button } from '../kern/Button'
import { Note } from '../kern/Note'
import { useModules } from '../session'
import { PurposeDialog } from './PurposeDialog'
import { mayManage } from './rights'
import { nameOfUse } from './uses'

/** What the knowledge base is there for and what may read it, for everybody; and the change, for who manages it. */
export function PurposeSection({ base, onChange }: { base: KnowledgeBase; onChange: (base: KnowledgeBase) => void }) {
  const i18n = useI18n()
  const { t } = i18n
  const modules = useModules()
  const [editing, setEditing] = useState(false)
  const manage = mayManage(base)
  const uses = base.uses?.map((use) => nameOfUse(use, modules, i18n)).join(', ') ?? t('purpose.all')
  return (
    <section aria-labelledby="purpose-title" className="kb-purpose">
      <div className="page-head">
        <h2 id="purpose-title">{t('purpose.title')}</h2>
        {manage && <Button icon="edit" label={t('purpose.edit')} aria-haspopup="dialog" onClick={() => setEditing(true)} />}
      </div>
      {base.purpose ? <p>{base.purpose}</p> : manage ? <Note kind="warning">{t('purpose.unstated.manage')}</Note> : <p>{t('purpose.unstated')}</p>}
      <p className="hint">{t('purpose.uses.are', { uses })}</p>
      {editing && <PurposeDialog base={base} onClose={() => setEditing(false)} onDone={(changed) => {
        setEditing(false)
        announcer.status(t('purpose.saved'))
        onChange(changed)
      }} />}
    </section>
  )
}
