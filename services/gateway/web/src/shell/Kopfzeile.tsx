// SPDX-License-Identifier: EUPL-1.2
/** Line of the publisher above the header. Off unless the operator sets a text; no flag, no coat of arms. */
export function Kopfzeile({ text }: { text: string | null }) {
  return text ? <p className="kopfzeile">{text}</p> : null
}
