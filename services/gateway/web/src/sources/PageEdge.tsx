// SPDX-License-Identifier: EUPL-1.2
import { useI18n } from '../i18n'
import type { PageEdgeKind } from './blocks'

/** Header or footer of pages: shown, but neither searched nor cited. */
export function PageEdge({ kind, lines }: { kind: PageEdgeKind; lines: string }) {
  const { t } = useI18n()
  return <p className="doc-edge">{t(`preview.${kind}`)} {lines}</p>
}
