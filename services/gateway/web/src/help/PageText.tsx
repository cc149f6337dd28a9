// SPDX-License-Identifier: EUPL-1.2
import type { Page } from './content'

export function PageText({ page }: { page: Page }) {
  return (
    <>
      <h1>{page.title}</h1>
      <p className="lead">{page.lead}</p>
      {page.parts.map((part) => (
        <section key={part.title}>
          <h2>{part.title}</h2>
          {part.text?.map((text) => <p key={text}>{text}</p>)}
          {part.list && <ul>{part.list.map((text) => <li key={text}>{text}</li>)}</ul>}
        </section>
      ))}
    </>
  )
}
