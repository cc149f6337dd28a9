// SPDX-License-Identifier: EUPL-1.2
/** Texts about what a function is: its card in the register of AI uses, its prompts, who runs it. German is the source. */
export const deAbout = {
  'about.title': 'Über diese Funktion',
  'about.purpose': 'Zweck',
  'about.risk': 'Risikoklasse (KI-Verordnung)',
  'about.risk.minimal': 'minimal',
  'about.risk.limited': 'begrenzt',
  'about.risk.high': 'hoch',
  'about.annex': 'Prüfung nach Anhang III',
  'about.approved': 'Freigabe',
  'about.approved.text': '{by}, bis {date}',
  'about.version': 'Fassung',
  'about.external': 'Diese Funktion kommt von einem anderen Anbieter. Ihre Eingaben werden dort verarbeitet.',
  'about.prompts': 'Prompts dieses Moduls',
  'about.prompts.hint': 'Mit diesen Anweisungen fragt die Funktion das Sprachmodell. Was in {{…}} steht, wird mit Ihrer Eingabe und den Quellen gefüllt.',
  'about.prompts.none': 'Diese Funktion verwendet keine Prompts.',
  'about.prompt': '{name} (Fassung {version})',
  'adm.module.external': 'Anderer Anbieter',
  'adm.module.approved': 'Freigegeben: {by}, bis {date}',
  'adm.module.withheld': 'Zurzeit nicht angeboten',
  'adm.module.withheld.hint': 'Diese Funktionen kann niemand starten, auch wenn sie eingeschaltet sind.',
}
