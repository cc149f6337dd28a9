// SPDX-License-Identifier: EUPL-1.2
// What the module is. The operator pins exactly this by its digest; users see title, description, card and prompts.

export const manifest = {
  id: 'frist',
  version: '1.0.0',
  title: { de: 'Frist berechnen', en: 'Compute a deadline' },
  description: {
    de: 'Berechnet das Ende einer Frist nach §§ 187 bis 193 BGB; Feiertage in Nordrhein-Westfalen.',
    en: 'Computes the end of a period after sections 187 to 193 BGB; public holidays of North Rhine-Westphalia.',
  },
  input_schema: {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    type: 'object',
    properties: {
      event: {
        type: 'string',
        format: 'date',
        pattern: '^\\d{4}-\\d{2}-\\d{2}$',
        'x-labels': { de: 'Tag des Ereignisses', en: 'Day of the event' },
        'x-help': { de: 'Zum Beispiel die Bekanntgabe, als 2026-11-26.', en: 'The notification, for example, as 2026-11-26.' },
      },
      length: {
        type: 'integer',
        minimum: 1,
        maximum: 1000,
        'x-labels': { de: 'Dauer', en: 'Length' },
      },
      unit: {
        type: 'string',
        enum: ['days', 'weeks', 'months'],
        default: 'months',
        'x-labels': { de: 'Einheit', en: 'Unit' },
        'x-enum-labels': {
          days: { de: 'Tage', en: 'days' },
          weeks: { de: 'Wochen', en: 'weeks' },
          months: { de: 'Monate', en: 'months' },
        },
      },
      note: {
        type: 'string',
        maxLength: 500,
        'x-labels': { de: 'Notiz', en: 'Note' },
        'x-help': { de: 'Steht so im Ergebnis.', en: 'Stands in the result as it is.' },
        'x-widget': 'textarea',
      },
    },
    required: ['event', 'length'],
    additionalProperties: false,
    examples: [{ event: '2026-11-26', length: 1, unit: 'months', note: 'Widerspruch' }],
  },
  result_schema: {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    type: 'object',
    properties: {
      text: { type: 'string' },
      citations: { type: 'array', maxItems: 0 },
      mode: { const: 'template' },
      ends_on: { type: 'string', format: 'date' },
      steps: { type: 'array', items: { type: 'string' } },
    },
    required: ['text', 'citations', 'mode', 'ends_on', 'steps'],
    additionalProperties: false,
  },
  scopes: [],
  needs: 'none',
  mode: 'template',
  protection_classes: ['offen', 'intern', 'personenbezogen', 'sozialdaten'],
  rule_of_two: { private_data: true, untrusted_text: true, external_effect: false },
  human_step: null,
  limits: { tokens: 0, seconds: 10, bytes: 20000 },
  card: {
    purpose: { de: 'Berechnet Fristen nach festen Regeln.', en: 'Computes periods by fixed rules.' },
    role: 'both',
    risk_class: 'minimal',
    annex_iii: {
      de: 'Kein Fall des Anhangs III: Es wird nur gerechnet, ohne Sprachmodell.',
      en: 'No case of Annex III: it only calculates, without a language model.',
    },
    approver: 'Beispielamt, KI-Koordination',
    approved_on: '2026-11-26',
    expires_on: '2028-11-30',
  },
  prompts: [],
  icon: 'module',
}
