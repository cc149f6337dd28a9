// SPDX-License-Identifier: EUPL-1.2
import { useEffect, useState } from 'react'
import { fetchFile } from '../api/endpoints'
import { useI18n } from '../i18n'

const names = new Map<string, Promise<string>>()
/** Messages name their files by id; each is asked for once in the life of the page. */
function nameOf(id: string): Promise<string> {
  const known = names.get(id) ?? fetchFile(id).then((file) => file.name)
  names.set(id, known)
  return known
}

export function FileName({ file }: { file: string | { id: string; name: string } }) {
  const { t } = useI18n()
  const id = typeof file === 'string' ? file : file.id
  const [name, setName] = useState(typeof file === 'string' ? '' : file.name)
  useEffect(() => {
    if (name) return undefined
    let current = true
    nameOf(id).then((text) => current && setName(text || t('unreadable.name')), () => current && setName(t('file.gone')))
    return () => {
      current = false
    }
  }, [id, name, t])
  return <>{name || '…'}</>
}
