// SPDX-License-Identifier: EUPL-1.2
import type { deAbout } from './de.about'

export const enAbout: Record<keyof typeof deAbout, string> = {
  'about.title': 'About this function',
  'about.purpose': 'Purpose',
  'about.risk': 'Risk class (AI Act)',
  'about.risk.minimal': 'minimal',
  'about.risk.limited': 'limited',
  'about.risk.high': 'high',
  'about.annex': 'Check against Annex III',
  'about.approved': 'Approved',
  'about.approved.text': '{by}, until {date}',
  'about.version': 'Version',
  'about.external': 'This function comes from another provider. What you enter is processed there.',
  'about.prompts': 'Prompts of this module',
  'about.prompts.hint': 'These are the instructions with which the function asks the language model. What stands in {{…}} is filled with your input and the sources.',
  'about.prompts.none': 'This function uses no prompts.',
  'about.prompt': '{name} (version {version})',
  'adm.module.external': 'Other provider',
  'adm.module.approved': 'Approved: {by}, until {date}',
  'adm.module.withheld': 'Not offered at the moment',
  'adm.module.withheld.hint': 'Nobody can start these functions, even where they are switched on.',
}
