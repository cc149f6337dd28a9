// SPDX-License-Identifier: EUPL-1.2
/** Texts about protection classes. German is the source. */
export const deProtection = {
  'protection.title': 'Schutzklasse',
  'protection.offen': 'Offen',
  'protection.offen.why': 'Darf jede und jeder wissen, zum Beispiel Gesetze und veröffentlichte Merkblätter.',
  'protection.intern': 'Intern',
  'protection.intern.why': 'Für den Dienstgebrauch in der Verwaltung, ohne Angaben über einzelne Menschen.',
  'protection.personenbezogen': 'Personenbezogen',
  'protection.personenbezogen.why': 'Enthält Angaben über einzelne Menschen. Nur weitergeben, wenn es für die Aufgabe nötig ist.',
  'protection.sozialdaten': 'Sozialdaten',
  'protection.sozialdaten.why': 'Fällt unter das Sozialgeheimnis (§ 35 SGB I). Herunterladen ist in der Regel gesperrt; verwenden Sie es nur im Vorgang.',
  'protection.steuergeheimnis': 'Steuergeheimnis',
  'protection.steuergeheimnis.why': 'Fällt unter das Steuergeheimnis (§ 30 AO). Weitergabe nur, soweit das Gesetz sie erlaubt; jeder Abruf wird protokolliert.',
  'protection.unknown': 'Diese Schutzklasse ist hier nicht bekannt. Behandeln Sie den Inhalt wie die höchste und fragen Sie die Administration.',
  'protection.copied': 'Schutzklasse: {name}',
  'protection.answer': 'Die Antwort hat die höchste Schutzklasse von allem, was in sie eingegangen ist.',
  'protection.input': 'Schutzklasse Ihrer Eingabe und neuer Dateien',
  'protection.files': 'Schutzklasse neuer Dateien',
  'protection.base': 'Schutzklasse der Wissensbasis',
  'protection.refused': 'Verschlusssachen (VS-NfD und höher) dürfen hier nicht verarbeitet werden.',
} as const
