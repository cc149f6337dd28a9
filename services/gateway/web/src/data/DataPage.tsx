// SPDX-License-Identifier: EUPL-1.2
import { useCallback, useEffect, useState } from 'react'
import { fetchOwnData, OWN_DATA } from '../api/endpoints'
import type { OwnData, SignedReceipt } from '../api/types'
import { ErrorNote } from '../errors'
import { useI18n } from '../i18n'
import { Button } from '../kern/Button'
import { Icon } from '../kern/Icon'
import { Note } from '../kern/Note'
import { may } from '../rights'
import { useSession } from '../session'
import { useTitle } from '../useTitle'
import { Erased } from './Erased'
import { EraseDialog } from './EraseDialog'
import { KeptList } from './KeptList'
import { TokensPart } from './TokensPart'

/** What is kept of the person, how long and why; take it along; delete it all (Art. 15, 17, 20 GDPR). */
export function DataPage() {
  const { t } = useI18n()
  const { me, setConversations } = useSession()
  const [data, setData] = useState<OwnData | null>(null)
  const [error, setError] = useState<unknown>(null)
  const [erasing, setErasing] = useState(false)
  const [receipt, setReceipt] = useState<SignedReceipt | null>(null)
  useTitle(t('data.title'))
  const load = useCallback(() => {
    setError(null)
    fetchOwnData().then(setData, setError)
  }, [])
  useEffect(load, [load])
  if (receipt) return <Erased receipt={receipt} />
  return (
    <div className="page"><div className="column">
      <h1>{t('data.title')}</h1>
      <p className="lead">{t('data.lead')}</p>
      {error !== null && <ErrorNote error={error} actions={<Button variant="secondary" label={t('app.retry')} onClick={load} />} />}
      {!data && error === null && <p role="status">{t('app.loading')}</p>}
      {data && (
        <>
          <section className="data-part" aria-labelledby="data-kept">
            <h2 id="data-kept">{t('data.kept')}</h2>
            <KeptList items={data.items} />
            <p className="hint">{t('data.kept.hint')}</p>
          </section>
          {may(me, 'api_token.list') && <TokensPart />}
          <section className="data-part" aria-labelledby="data-export">
            <h2 id="data-export">{t('data.export')}</h2>
            <p>{t(me.exports === false ? 'case.exports.off' : 'data.export.text')}</p>
            {me.exports !== false && <p><a className="kern-btn kern-btn--secondary btn" href={OWN_DATA} download><Icon name="document" /><span className="kern-label">{t('data.export.go')}</span></a></p>}
          </section>
          <section className="data-part" aria-labelledby="data-erase">
            <h2 id="data-erase">{t('data.erase')}</h2>
            <p>{t('data.erase.text')}</p>
            {data.held
              ? <Note kind="warning">{t('data.held')}</Note>
              : <p><Button variant="secondary" className="danger" icon="trash" label={t('data.erase.go')} aria-haspopup="dialog" onClick={() => setErasing(true)} /></p>}
          </section>
        </>
      )}
      {erasing && <EraseDialog onClose={() => setErasing(false)} onDone={(signed) => {
        setConversations(() => [])
        setReceipt(signed)
      }} />}
    </div></div>
  )
}
