// SPDX-License-Identifier: EUPL-1.2
import type { Locale } from '../api/types'

/** A section of a help text: a heading, sentences, and perhaps a list. Plain language: short sentences, one thought each. */
export type Part = { title: string; text?: string[]; list?: string[] }
export type Page = { title: string; lead: string; parts: Part[] }

const helpDe: Page = {
  title: 'Hilfe',
  lead: 'Genius beantwortet Fragen, fasst Texte zusammen und entwirft Schreiben. Hier steht, wie Sie damit arbeiten.',
  parts: [
    { title: 'Eine Frage stellen', text: ['Klicken Sie auf „Neues Gespräch“. Schreiben Sie Ihre Frage in das Feld unten. Drücken Sie die Eingabetaste.', 'Unter dem Feld steht, in welchen Wissensbasen gesucht wird, zum Beispiel „Wissen: Bundesrecht“. Mit einem Klick darauf ändern Sie das.'] },
    { title: 'Fundstellen prüfen', text: ['Zahlen im Text und unter der Antwort führen zur Fundstelle. Rechts öffnet sich die Stelle im Wortlaut, das Zitat ist hervorgehoben. Bei PDF-Dateien sehen Sie die Seite als Bild.', 'Fehlt zu einer Aussage die Fundstelle, steht „nicht belegt“ dabei. Prüfen Sie diese Aussage besonders genau.'] },
    { title: 'Mit eigenen Dokumenten arbeiten', list: ['Hängen Sie eine Datei mit „Datei anhängen“ an, oder ziehen Sie sie in das Fenster.', 'Neben dem Namen steht, ob die Datei schon gelesen ist. Kann sie nicht gelesen werden, steht der Grund dabei.', 'Für Dokumente, die Sie oft brauchen, legen Sie unter „Wissen“ eine Wissensbasis an.'] },
    { title: 'Anhalten, ändern, neu erzeugen', list: ['„Anhalten“ oder die Taste Esc beendet eine Antwort. Was schon da ist, bleibt stehen.', '„Bearbeiten“ ändert Ihre Frage. Die alte Fassung bleibt erhalten; mit „1 von 2“ wechseln Sie.', '„Neu erzeugen“ schreibt die Antwort noch einmal.'] },
    { title: 'Tastatur', list: ['Eingabetaste: senden', 'Umschalt + Eingabetaste: neue Zeile', 'Esc: Antwort anhalten, Dialog oder Quellen schließen', 'Tabulator: zum nächsten Element; der erste Link jeder Seite springt zum Inhalt'] },
    { title: 'Ohne Sprachmodell', text: ['Steht oben „Ohne Sprachmodell“, ist gerade kein Sprachmodell verfügbar. Genius arbeitet dann mit wörtlichen Fundstellen, mit Auszügen und mit Vorlagen.'] },
    { title: 'Wenn Ihre Sitzung endet', text: ['Nach einer längeren Pause endet Ihre Sitzung. Einige Minuten vorher fragt Genius, ob Sie weiter arbeiten möchten. Auch ohne Pause müssen Sie sich nach einigen Stunden neu anmelden; auch das wird vorher gesagt.', 'Was Sie geschrieben und noch nicht gesendet haben, bleibt in diesem Fenster, bis Sie das Fenster schließen oder sich abmelden. Dateien, die noch nicht gesendet waren, fügen Sie nach der Anmeldung neu an.'] },
    { title: 'Was Genius nicht tut', list: ['Genius entscheidet nichts. Die Entscheidung treffen Sie.', 'Genius sucht nicht im Internet und schickt nichts dorthin.', 'Vorgesetzte und Administratoren können Ihre Gespräche nicht lesen.'] },
  ],
}
const helpEn: Page = {
  title: 'Help',
  lead: 'Genius answers questions, summarises texts and drafts letters. This is how you work with it.',
  parts: [
    { title: 'Asking a question', text: ['Choose “New conversation”. Write your question into the field at the bottom. Press Enter.', 'Below the field you see which knowledge bases are searched. Click there to change it.'] },
    { title: 'Checking passages', text: ['Numbers in the text and below the answer lead to the passage. It opens at the right, verbatim, with the quotation highlighted. For PDF files you see a picture of the page.', 'Where a statement has no passage, it says “not supported”. Check that statement with special care.'] },
    { title: 'Working with your own documents', list: ['Attach a file with “Attach a file”, or drag it into the window.', 'Beside its name you see whether the file has been read. If it cannot be read, the reason is given.', 'For documents you need often, create a knowledge base under “Knowledge”.'] },
    { title: 'Stop, change, regenerate', list: ['“Stop” or the Esc key ends an answer. What is there stays.', '“Edit” changes your question. The old version is kept; “1 of 2” switches.', '“Regenerate” writes the answer again.'] },
    { title: 'Keyboard', list: ['Enter: send', 'Shift + Enter: new line', 'Esc: stop the answer, close a dialog or the sources', 'Tab: next element; the first link of each page jumps to the content'] },
    { title: 'Without a language model', text: ['If it says “No language model” at the top, none is available at the moment. Genius then works with verbatim passages, extracts and templates.'] },
    { title: 'When your session ends', text: ['After a longer pause your session ends. Some minutes before, Genius asks whether you want to go on working. Even without a pause you have to sign in again after some hours; that is told before as well.', 'What you wrote and did not send stays in this window until you close the window or sign out. Attach files again after signing in that were not sent yet.'] },
    { title: 'What Genius does not do', list: ['Genius decides nothing. You take the decision.', 'Genius does not search the internet and sends nothing there.', 'Superiors and administrators cannot read your conversations.'] },
  ],
}
const accessDe: Page = {
  title: 'Erklärung zur Barrierefreiheit',
  lead: 'Diese Oberfläche soll für alle nutzbar sein. Maßstab sind die BITV 2.0 (EN 301 549) und, darüber hinaus, WCAG 2.2 Stufe AA.',
  parts: [
    { title: 'Stand der Vereinbarkeit', text: ['Diese Oberfläche ist mit den Anforderungen teilweise vereinbar. Das ist eine Selbsteinschätzung des Herstellers. Eine Prüfung durch eine anerkannte Stelle steht noch aus.'] },
    { title: 'Wie geprüft wurde', list: ['Automatische Regeln (axe) auf allen Ansichten: hell, dunkel, hoher Kontrast, schmale Fenster', 'Bedienung ganz ohne Maus', 'Vergrößerung auf 200 % und Breite von 320 Pixeln', 'Ansagen für Bildschirmleseprogramme in einem nachgebildeten Programm'] },
    { title: 'Bekannte Lücken', list: ['Noch nicht mit NVDA, JAWS und einer Braillezeile von betroffenen Personen erprobt.', 'Seitenbilder von PDF-Dateien haben nur die Seite und den Dateinamen als Ersatztext; der Text der Seite steht darunter. Tabellen und Bilder darin werden nicht beschrieben.', 'Texte aus dem Sprachmodell können schwer verständlich oder fremdsprachig sein, ohne dass die Sprache ausgezeichnet ist.', 'Es gibt noch keine Fassung in Leichter Sprache und in Gebärdensprache.', 'Einige Hinweise erscheinen als Kurztext am Mauszeiger; derselbe Text ist immer der Name der Schaltfläche.'] },
    { title: 'Barriere melden', text: ['Bitte melden Sie Barrieren der Stelle, die Genius bei Ihnen betreibt. Ansprechstelle und Durchsetzungsverfahren:'] },
  ],
}
const accessEn: Page = {
  title: 'Accessibility statement',
  lead: 'This interface is meant for everyone. The measure is BITV 2.0 (EN 301 549) and, beyond that, WCAG 2.2 level AA.',
  parts: [
    { title: 'Conformance', text: ['This interface conforms in part. This is the maker’s own assessment. A test by an accredited body is still to come.'] },
    { title: 'How it was tested', list: ['Automatic rules (axe) on all views: light, dark, high contrast, narrow windows', 'Use entirely without a mouse', 'Magnification to 200 % and a width of 320 pixels', 'Announcements for screen readers in a simulated one'] },
    { title: 'Known gaps', list: ['Not yet tried with NVDA, JAWS and a Braille display by people who depend on them.', 'Page pictures of PDF files have only page and file name as alternative text; the text of the page stands below. Tables and pictures in it are not described.', 'Text of the language model may be hard to understand or in another language without being marked so.', 'There is no version in easy language or sign language yet.', 'Some hints appear as a tooltip; the same text is always the name of the button.'] },
    { title: 'Report a barrier', text: ['Please report barriers to whoever runs Genius for you. Contact and enforcement:'] },
  ],
}

export const help: Record<Locale, Page> = { de: helpDe, en: helpEn }
export const accessibility: Record<Locale, Page> = { de: accessDe, en: accessEn }
