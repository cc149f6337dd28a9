// SPDX-License-Identifier: EUPL-1.2
import type { I18n } from '../i18n'
import { spokenText } from '../markdown/plain'
import type { Speak } from '../settings/settings'
import type { Announcer } from './announcer'

/** How often "is still being written" is repeated, and how much of a long answer is read out by itself. */
export const REPEAT_MS = 7000
export const START_CHARACTERS = 500

export function shorten(text: string, speak: Speak, more: string): string {
  if (speak === 'notice') return ''
  if (speak === 'whole' || text.length <= START_CHARACTERS) return text
  const cut = text.lastIndexOf(' ', START_CHARACTERS)
  return `${text.slice(0, cut > 0 ? cut : START_CHARACTERS)} … (${more})`
}

/** Tells one answer: start, a sign of life every seven seconds, the end and the text, once. */
export class Narrator {
  private timer: ReturnType<typeof setInterval> | undefined
  private turn = 0
  private left = false

  constructor(private readonly announcer: Announcer, private readonly i18n: () => I18n, private readonly speak: () => Speak) {}

  start(): void {
    if (this.left) return
    const { t } = this.i18n()
    this.stop()
    this.announcer.status(t('say.start'))
    this.timer = setInterval(() => this.announcer.status(t(this.turn++ % 2 === 0 ? 'say.still' : 'say.start')), REPEAT_MS)
  }

  end(how: 'done' | 'stopped' | 'failed', source: string): void {
    this.stop()
    if (this.left) return
    const { t } = this.i18n()
    this.announcer.status(t(`say.${how}`))
    const text = how === 'failed' ? '' : shorten(spokenText(source), this.speak(), t('say.more'))
    if (text) this.announcer.answer(text)
  }

  /** Nobody is there any more who should hear it: the page was left, or the session is over. */
  leave(): void {
    this.stop()
    this.left = true
  }

  private stop(): void {
    clearInterval(this.timer)
    this.timer = undefined
  }
}
