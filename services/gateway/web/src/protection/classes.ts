// SPDX-License-Identifier: EUPL-1.2
import type { Me } from '../api/types'
import type { I18n, Key } from '../i18n'

/** In rising order, as `ProtectionClass` of the platform has them. */
export const CLASSES = ['offen', 'intern', 'personenbezogen', 'sozialdaten', 'steuergeheimnis'] as const
export type ProtectionClass = (typeof CLASSES)[number]
/** What people write is internal unless they say that it is more. */
export const LEAST: ProtectionClass = 'intern'

export const isClass = (value: string | null | undefined): value is ProtectionClass => (CLASSES as readonly string[]).includes(value ?? '')
export const nameKey = (value: ProtectionClass): Key => `protection.${value}`
export const whyKey = (value: ProtectionClass): Key => `protection.${value}.why`

/** What the person may choose from `from` on. */
export function choices(me: Me, from: ProtectionClass): ProtectionClass[] {
  const highest = isClass(me.protection_class) ? me.protection_class : LEAST
  return CLASSES.slice(CLASSES.indexOf(from), CLASSES.indexOf(highest) + 1)
}

/** The line that goes with a copied text; nothing where the server named no class. */
export const copyLine = (value: string | null | undefined, { t }: I18n): string =>
  isClass(value) ? `\n${t('protection.copied', { name: t(nameKey(value)) })}` : ''
