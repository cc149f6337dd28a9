// SPDX-License-Identifier: EUPL-1.2
import type { deProtection } from './de.protection'

export const enProtection: Record<keyof typeof deProtection, string> = {
  'protection.title': 'Protection class',
  'protection.offen': 'Public',
  'protection.offen.why': 'Anyone may know it, for example laws and published leaflets.',
  'protection.intern': 'Internal',
  'protection.intern.why': 'For official use inside the administration, without details about individual people.',
  'protection.personenbezogen': 'Personal data',
  'protection.personenbezogen.why': 'Contains details about individual people. Pass it on only if the task needs it.',
  'protection.sozialdaten': 'Social data',
  'protection.sozialdaten.why': 'Covered by social secrecy (§ 35 SGB I). Downloads are usually blocked; use it only within the case.',
  'protection.steuergeheimnis': 'Tax secrecy',
  'protection.steuergeheimnis.why': 'Covered by tax secrecy (§ 30 AO). Passed on only as far as the law allows; every retrieval is recorded.',
  'protection.unknown': 'This protection class is not known here. Treat the content like the highest one and ask the administration.',
  'protection.copied': 'Protection class: {name}',
  'protection.answer': 'The answer has the highest protection class of everything that went into it.',
  'protection.input': 'Protection class of your input and new files',
  'protection.files': 'Protection class of new files',
  'protection.base': 'Protection class of the knowledge base',
  'protection.refused': 'Classified information (VS-NfD and above) must not be processed here.',
}
