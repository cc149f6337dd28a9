// SPDX-License-Identifier: EUPL-1.2
import { useState } from 'react'
import { useI18n } from '../i18n'
import { Button } from '../kern/Button'
import { Check } from '../kern/Check'
import { Dialog } from '../kern/Dialog'
import { whyClosed } from '../knowledge/uses'
import { CHAT, type KnowledgeChoice } from './useKnowledgeChoice'

/** Shows and changes where this conversation searches. */
export function KnowledgeButton({ choice }: { choice: KnowledgeChoice }) {
  const i18n = useI18n()
  const { t, plural } = i18n
  const [open, setOpen] = useState(false)
  const { all, chosen, names, withFiles, choose } = choice
  const what = names.length === 0 ? t(withFiles ? 'chat.kb.files' : 'chat.kb.none') : names.length === 1 ? names[0] : t('chat.kb.count', { count: names.length })
  const toggle = (id: string, on: boolean) => choose(on ? [...chosen, id] : chosen.filter((other) => other !== id))
  return (
    <>
      <Button icon="book" label={`${t('chat.kb')}: ${what ?? ''}`} aria-haspopup="dialog" onClick={() => setOpen(true)} />
      {open && (
        <Dialog title={t('chat.kb.title')} onClose={() => setOpen(false)} closeLabel={t('app.close')}>
          <p className="hint">{t('chat.kb.hint')}</p>
          {all.length === 0 && <p>{t('chat.kb.empty')}</p>}
          <div className="stack">
            {all.map((base) => {
              const closed = whyClosed(base, CHAT, i18n)
              const on = chosen.includes(base.id)
              return <Check key={base.id} label={base.name} hint={closed ?? (base.documents == null ? undefined : plural('kb.documents', base.documents))} checked={on} disabled={closed !== undefined && !on} onChange={(wanted) => toggle(base.id, wanted)} />
            })}
          </div>
        </Dialog>
      )}
    </>
  )
}
