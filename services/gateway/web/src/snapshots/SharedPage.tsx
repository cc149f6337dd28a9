// SPDX-License-Identifier: EUPL-1.2
import { useCallback, useState } from 'react'
import { fetchSnapshots, type SharedHow, type Snapshot } from '../api/snapshots'
import { ErrorNote } from '../errors'
import { useI18n } from '../i18n'
import { Button } from '../kern/Button'
import { Icon } from '../kern/Icon'
import { Loaded } from '../kern/Loaded'
import { Link } from '../router'
import { useLoad } from '../useLoad'
import { useTitle } from '../useTitle'
import { about, ShareList } from './ShareList'

/** A list that goes on: the first page, and more on demand. */
function usePages(shared: SharedHow) {
  const list = useLoad(useCallback(() => fetchSnapshots(shared), [shared]))
  const [error, setError] = useState<unknown>(null)
  const more = () => {
    if (list.data?.next) fetchSnapshots(shared, list.data.next).then((page) => list.set({ items: [...(list.data?.items ?? []), ...page.items], next: page.next }), setError)
  }
  const drop = (id: string) => list.data && list.set({ ...list.data, items: list.data.items.filter((one) => one.id !== id) })
  return { list, more, drop, error }
}

function ReadList({ items, labelledBy }: { items: Snapshot[]; labelledBy: string }) {
  const i18n = useI18n()
  return (
    <ul className="kb-list" aria-labelledby={labelledBy}>
      {items.map((one) => (
        <li key={one.id}>
          <Link to={`/shared/${one.id}`}><Icon name="chat" /><span><strong>{one.title || i18n.t('chat.untitled')}</strong><span className="hint">{about(one, i18n)}</span></span><Icon name="right" /></Link>
        </li>
      ))}
    </ul>
  )
}

function Section({ shared }: { shared: SharedHow }) {
  const { t } = useI18n()
  const { list, more, drop, error } = usePages(shared)
  const id = `shared-${shared}`
  return (
    <section className="data-part" aria-labelledby={id}>
      <h2 id={id}>{t(`shared.${shared}`)}</h2>
      <Loaded of={list}>
        {({ items, next }) => (
          <>
            {items.length === 0 && <p>{t(`shared.${shared}.none`)}</p>}
            {items.length > 0 && (shared === 'with_me' ? <ReadList items={items} labelledBy={id} /> : <ShareList shares={items} onEnded={drop} labelledBy={id} />)}
            {error !== null && <ErrorNote error={error} />}
            {next && <p><Button variant="secondary" label={t('shared.more')} onClick={more} /></p>}
          </>
        )}
      </Loaded>
    </section>
  )
}

export function SharedPage() {
  const { t } = useI18n()
  useTitle(t('shared.title'))
  return (
    <div className="page"><div className="column">
      <h1>{t('shared.title')}</h1>
      <p className="lead">{t('shared.lead')}</p>
      <Section shared="with_me" />
      <Section shared="by_me" />
    </div></div>
  )
}
