// SPDX-License-Identifier: EUPL-1.2
import { useCallback, useState } from 'react'
import { fetchSwitches, setSwitch, type ModuleSwitch } from '../api/administration'
import { ErrorNote } from '../errors'
import { useI18n } from '../i18n'
import { Badge } from '../kern/Badge'
import { Button } from '../kern/Button'
import { Dialog } from '../kern/Dialog'
import { Loaded } from '../kern/Loaded'
import { Note } from '../kern/Note'
import { useLoad } from '../useLoad'
import { className, highest } from './names'

/** Functions on and off for the whole authority. Switching off asks first: it stops everybody's work. */
export function ModulesPart({ authority }: { authority: string }) {
  const { t, label, date } = useI18n()
  const switches = useLoad(useCallback(() => fetchSwitches(authority), [authority]))
  const [asking, setAsking] = useState<ModuleSwitch | null>(null)
  const [done, setDone] = useState('')
  const [error, setError] = useState<unknown>(null)
  const change = (module: ModuleSwitch, enabled: boolean) => {
    setError(null)
    setDone('')
    setAsking(null)
    setSwitch(authority, module.id, enabled).then((fresh) => {
      if (switches.data) switches.set({ ...switches.data, items: switches.data.items.map((one) => (one.id === fresh.id ? fresh : one)) })
      setDone(t(enabled ? 'adm.module.done.on' : 'adm.module.done.off', { name: label(fresh.title, fresh.id) }))
    }, setError)
  }
  return (
    <>
      <p className="hint">{t('adm.modules.hint')}</p>
      <div aria-live="polite">{done && <Note kind="success">{done}</Note>}</div>
      {error !== null && <ErrorNote error={error} />}
      <Loaded of={switches}>{({ items, withheld }) => (
        <>
        <ul className="cards">
          {items.map((module) => {
            const name = label(module.title, module.id)
            return (
              <li key={module.id} className="switch">
                <div>
                  <h3>{name}</h3>
                  <p>{label(module.description)}</p>
                  <p className="hint">{t('adm.module.class', { name: className(highest(module.protection_classes), t) })}</p>
                  {module.card && <p className="hint">{t('adm.module.approved', { by: module.card.approver, date: date(module.card.expires_on) })}</p>}
                  {module.external && <p><Badge kind="info" label={t('adm.module.external')} /></p>}
                </div>
                <div className="switch-act">
                  <Badge kind={module.enabled ? 'success' : 'warning'} label={t(module.enabled ? 'adm.module.on' : 'adm.module.off')} />
                  <button type="button" role="switch" aria-checked={module.enabled} aria-label={t('adm.module.switch', { name })} className="toggle" onClick={() => (module.enabled ? setAsking(module) : change(module, true))}><span aria-hidden="true" /></button>
                </div>
              </li>
            )
          })}
        </ul>
        {withheld.length > 0 && (
          <section className="withheld" aria-labelledby="withheld">
            <h3 id="withheld">{t('adm.module.withheld')}</h3>
            <p className="hint">{t('adm.module.withheld.hint')}</p>
            <ul className="cards">{withheld.map((one) => <li key={one.id}><h4>{label(one.title, one.id)}</h4><p>{one.reason.detail}</p></li>)}</ul>
          </section>
        )}
        </>
      )}</Loaded>
      {asking && (
        <Dialog title={t('adm.module.off.title')} onClose={() => setAsking(null)} footer={<Button variant="primary" label={t('adm.module.off.go')} onClick={() => change(asking, false)} />}>
          <p>{t('adm.module.off.text', { name: label(asking.title, asking.id) })}</p>
        </Dialog>
      )}
    </>
  )
}
