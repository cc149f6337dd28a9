// SPDX-License-Identifier: EUPL-1.2
/** Texts about the preview of sources. German is the source. */
export const dePreview = {
  'preview.page': 'Seite',
  'preview.page.back': 'Vorige Seite',
  'preview.page.on': 'Nächste Seite',
  'preview.part': 'Teil',
  'preview.part.back': 'Voriger Teil',
  'preview.part.on': 'Nächster Teil',
  'preview.part.failed': 'Dieser Teil ließ sich nicht laden. Sie sehen nur die zitierte Stelle.',
  'preview.of': 'von {count}',
  'preview.cited': 'Zur zitierten Stelle',
  'preview.text': 'Text von „{name}“',
  'preview.text.part': 'Text von „{name}“, Teil {n} von {count}',
  'preview.closed': 'Das Dokument lässt sich hier nicht öffnen: Es wurde gelöscht, ist nicht für Sie freigegeben oder der Server antwortet nicht. Sie sehen die zitierte Stelle.',
  'preview.columns.above': 'Spaltennamen von weiter oben',
  'preview.mark.from': 'Beginn der zitierten Stelle:',
  'preview.mark.to': 'Ende der zitierten Stelle',
} as const
