// SPDX-License-Identifier: EUPL-1.2
import { useEffect, useState, type ReactNode } from 'react'
import { useI18n } from '../i18n'
import { useRoute } from '../router'
import { useSession } from '../session'
import { Header } from './Header'
import { Kopfzeile } from './Kopfzeile'
import { LimitNote } from './LimitNote'
import { NavDrawer } from './NavDrawer'
import { Navigation } from './Navigation'
import { SessionWarning } from './SessionWarning'

export function Shell({ children }: { children: ReactNode }) {
  const { t } = useI18n()
  const { config } = useSession()
  const { path } = useRoute()
  const [menu, setMenu] = useState(false)
  useEffect(() => setMenu(false), [path])
  return (
    <div className="shell">
      <a className="skip" href="#main">{t('app.skip')}</a>
      <div className="shell-top"><Kopfzeile text={config.kopfzeile} /><Header onMenu={() => setMenu(true)} menuOpen={menu} /><SessionWarning /><LimitNote /></div>
      <nav className="nav" aria-label={t('app.nav')}><Navigation /></nav>
      {menu && <NavDrawer onClose={() => setMenu(false)} />}
      <main id="main" tabIndex={-1}>{children}</main>
    </div>
  )
}
