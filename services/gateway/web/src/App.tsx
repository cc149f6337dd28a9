// SPDX-License-Identifier: EUPL-1.2
import { CasesProvider } from './cases/CasesContext'
import { useI18n } from './i18n'
import { Pages } from './Pages'
import { SessionProvider } from './session'
import { SettingsProvider } from './settings/SettingsContext'
import { SignIn } from './SignIn'
import { Shell } from './shell/Shell'
import { LiveRegions } from './chat/announcer'
import { ChatStores } from './chat/ChatStores'
import { TermsGate } from './terms/TermsGate'

function Loading() {
  const { t } = useI18n()
  return <main className="page-loading"><p role="status">{t('app.loading')}</p></main>
}

export function App() {
  return (
    <SettingsProvider>
      <LiveRegions />
      <SessionProvider otherwise={(state, config, retry) => (state.kind === 'loading' ? <Loading /> : <SignIn state={state} config={config} retry={retry} />)}>
        <TermsGate>
          <CasesProvider>
            <ChatStores>
              <Shell><Pages /></Shell>
            </ChatStores>
          </CasesProvider>
        </TermsGate>
      </SessionProvider>
    </SettingsProvider>
  )
}
