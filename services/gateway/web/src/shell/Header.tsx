// SPDX-License-Identifier: EUPL-1.2
import { useState } from 'react'
import { switchAuthority } from '../api/endpoints'
import type { Authority } from '../api/types'
import { ErrorNote } from '../errors'
import { useI18n } from '../i18n'
import { Badge } from '../kern/Badge'
import { Button } from '../kern/Button'
import { Dialog } from '../kern/Dialog'
import { Icon } from '../kern/Icon'
import { Menu } from '../kern/Menu'
import { Link, navigate } from '../router'
import { useSession, withoutModel } from '../session'
import { DisplayDialog } from '../settings/DisplayDialog'
import { Brand } from './Brand'
import { leave } from './leave'

export function Header({ onMenu, menuOpen }: { onMenu: () => void; menuOpen: boolean }) {
  const { t } = useI18n()
  const { me, modules } = useSession()
  const [display, setDisplay] = useState(false)
  const [failed, setFailed] = useState<unknown>(null)
  const others = (me.authorities ?? []).filter((one) => one.id !== me.authority?.id)
  const go = (other: Authority) => void switchAuthority(other.id).then(() => location.assign('/'), setFailed)
  const name = me.name ?? me.username ?? ''
  const head = <p className="menu-head"><strong>{name}</strong>{me.authority && <span>{me.authority.name}</span>}{me.units?.map((unit) => <span key={unit.id}>{unit.name}</span>)}</p>
  return (
    <header className="bar">
      <Button className="bar-menu" icon="menu" iconOnly label={t('app.menu')} aria-expanded={menuOpen} aria-haspopup="dialog" onClick={onMenu} />
      <Brand />
      <span className="bar-badges">
        <Badge kind="info" label={t('app.ai')} />
        {others.length > 0 && me.authority && <Badge kind="info" icon="account" label={me.authority.name} />}
        {withoutModel(modules) && <><span className="on-wide"><Badge kind="warning" label={t('app.mode.extractive')} /></span><span className="on-narrow"><Badge kind="warning" label={t('app.mode.short')} /></span></>}
      </span>
      <span className="grow" />
      <Link to="/help" className="kern-btn kern-btn--tertiary btn bar-opt" aria-label={t('app.help')}><Icon name="help" /><span className="kern-label">{t('app.help')}</span></Link>
      <Button className="bar-opt" icon="contrast" label={t('app.display')} aria-haspopup="dialog" onClick={() => setDisplay(true)} />
      <Menu className="bar-opt" icon="account" label={t('app.user', { name })} text={name} head={head} items={[
        { label: t('app.display'), icon: 'contrast', run: () => setDisplay(true) },
        { label: t('data.title'), icon: 'account', run: () => navigate('/data') },
        { label: t('app.help'), icon: 'help', run: () => navigate('/help') },
        ...others.map((other) => ({ label: t('app.authority.switch', { name: other.name }), icon: 'right' as const, run: () => go(other) })),
        { label: t('app.signout'), icon: 'signout', run: () => void leave() },
      ]} />
      {failed !== null && <Dialog title={t('app.authority.failed')} closeLabel={t('app.close')} onClose={() => setFailed(null)}><ErrorNote error={failed} /></Dialog>}
      {display && <DisplayDialog onClose={() => setDisplay(false)} />}
    </header>
  )
}
