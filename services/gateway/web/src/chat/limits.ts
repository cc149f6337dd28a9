// SPDX-License-Identifier: EUPL-1.2
import type { Me } from '../api/types'
import type { I18n } from '../i18n'

export type UiLimits = { characters: number; fileBytes: number; files: number }
/** Used where `GET /api/v1/me` names no limit; the server has the last word. */
const DEFAULTS: UiLimits = { characters: 100_000, fileBytes: 50_000_000, files: 10 }

export const limitsOf = (me: Me): UiLimits => ({
  characters: me.limits?.message_characters ?? DEFAULTS.characters,
  fileBytes: me.limits?.file_bytes ?? DEFAULTS.fileBytes,
  files: me.limits?.files ?? DEFAULTS.files,
})

/** Why these files can't be added, or an empty text. */
export function checkFiles(files: readonly File[], already: number, limits: UiLimits, { t, bytes }: I18n): string {
  if (already + files.length > limits.files) return t('chat.attach.many', { count: limits.files })
  const big = files.find((file) => file.size > limits.fileBytes)
  return big ? t('chat.attach.big', { name: big.name, size: bytes(limits.fileBytes) }) : ''
}
