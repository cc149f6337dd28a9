// SPDX-License-Identifier: EUPL-1.2
import { useState } from 'react'
import { useI18n } from '../i18n'
import { Button } from '../kern/Button'
import { Dialog } from '../kern/Dialog'
import { navigate } from '../router'
import { CaseDialog } from './CaseDialog'
import { useCaseName } from './CaseLine'
import { useCases } from './CasesContext'

type Props = { chosen: string | null; onChoose: (id: string) => void; /** The conversation belongs to it: another case is another conversation. */ fixed: boolean }

/** Shows for which case this conversation retrieves; chooses it as long as it has none. */
export function CaseButton({ chosen, onChoose, fixed }: Props) {
  const { t } = useI18n()
  const { required } = useCases()
  const nameOf = useCaseName()
  const [open, setOpen] = useState(false)
  if (!required) return null
  const name = chosen === null ? t('case.nothing') : nameOf(chosen)
  const close = () => setOpen(false)
  const fresh = <Button variant="primary" icon="plus" label={t('chat.new')} onClick={() => {
    close()
    navigate('/')
  }} />
  return (
    <>
      <Button icon="folder" label={`${t('case.label')}: ${chosen === null ? name : nameOf(chosen, true)}`} title={name} aria-haspopup="dialog" onClick={() => setOpen(true)} />
      {open && (fixed && chosen !== null
        ? <Dialog title={t('case.fixed')} onClose={close} closeLabel={t('app.close')} footer={fresh}><p className="kern-body">{t('case.fixed.text', { name })}</p></Dialog>
        : <CaseDialog chosen={chosen} onClose={close} onChoose={(id) => {
          onChoose(id)
          close()
        }} />)}
    </>
  )
}
