// SPDX-License-Identifier: EUPL-1.2
import { UsagePart } from '../administration/UsagePart'
import { fetchAuthorities } from '../api/administration'
import { Loaded } from '../kern/Loaded'
import { useLoad } from '../useLoad'

export function AuthorityUsage() {
  const authorities = useLoad(fetchAuthorities)
  return <Loaded of={authorities}>{(found) => <UsagePart nameOf={(id) => found.find((one) => one.id === id)?.name ?? id} />}</Loaded>
}
