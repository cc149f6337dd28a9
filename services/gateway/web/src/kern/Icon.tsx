// SPDX-License-Identifier: EUPL-1.2
/** Line icons, 24 × 24, drawn for this project. Inline SVG in currentColor: visible in every theme, no data: URL needed. */
const PATHS = {
  account: 'M12 12.5a4 4 0 1 0 0-8 4 4 0 0 0 0 8ZM4.5 20.5c.8-3.6 3.8-5.5 7.500-5.5s6.700 1.900 7.500 5.500',
  attach: 'M19.500 11.500l-7.800 7.800a4.600 4.600 0 0 1-6.500-6.500l8.200-8.200a3.100 3.100 0 0 1 4.400 4.400l-8.200 8.200a1.550 1.550 0 0 1-2.200-2.200l7.400-7.400',
  back: 'M19 12H5M11 6l-6 6 6 6',
  book: 'M12 6.500C10 5 7 4.500 4 4.800v13.700c3-.3 6 .2 8 1.700 2-1.500 5-2 8-1.700V4.800c-3-.3-6 .2-8 1.700ZM12 6.500v13.700',
  chat: 'M4 5h16v11.500h-9L6.500 20v-3.500H4Z',
  check: 'M5 12.500l4.500 4.500L19 7.500',
  checklist: 'M4 7l2 2 3.500-3.500M4 15.500l2 2 3.500-3.500M13 7.500h7M13 16h7',
  chevron: 'M6 9.500l6 6 6-6',
  left: 'M14.500 6l-6 6 6 6',
  right: 'M9.500 6l6 6-6 6',
  close: 'M6 6l12 12M18 6L6 18',
  contrast: 'M12 3.500a8.500 8.500 0 1 0 0 17 8.500 8.500 0 0 0 0-17ZM12 3.500v17M12 8h5.500M12 12h8M12 16h5.500',
  copy: 'M9 8.500h10.500v12H9ZM15 8.500v-5H4.500v12H9',
  danger: 'M12 3.500a8.500 8.500 0 1 0 0 17 8.500 8.500 0 0 0 0-17ZM12 7.500v5.500M12 16v.5',
  document: 'M6 3.500h8.500L19 8v12.500H6ZM14 3.500V8.500h5M9 12.500h7M9 16.500h7',
  edit: 'M4.500 19.500l1-4.500L16 4.500 19.500 8 9 18.500ZM13.500 7l3.500 3.500',
  end: 'M12 4v12M6.500 11l5.500 5.500 5.500-5.500M5 20.500h14',
  external: 'M13.500 4.500h6v6M19.500 4.500l-9 9M10 5.500H4.500v14h14V14',
  folder: 'M3.500 6h6l2 2.500h9V19h-17ZM3.500 11h17',
  help: 'M12 3.500a8.500 8.500 0 1 0 0 17 8.500 8.500 0 0 0 0-17ZM9.500 9.500a2.500 2.500 0 1 1 3.500 2.300c-.7.3-1 .8-1 1.700M12 16.300v.4',
  info: 'M12 3.500a8.500 8.500 0 1 0 0 17 8.500 8.500 0 0 0 0-17ZM12 11v5.500M12 7.500V8',
  menu: 'M4 7h16M4 12h16M4 17h16',
  minus: 'M5 12h14',
  module: 'M4.500 4.500h6v6h-6ZM13.500 4.500h6v6h-6ZM4.500 13.500h6v6h-6ZM13.500 13.500h6v6h-6Z',
  more: 'M5.500 12h.01M12 12h.01M18.500 12h.01',
  pin: 'M8.500 4h7l-1 6 3 3.500h-11l3-3.500ZM12 13.500V20',
  plus: 'M12 5v14M5 12h14',
  regenerate: 'M19.500 12a7.500 7.500 0 1 1-2.300-5.400M19.500 4v4.500H15',
  search: 'M10.500 4a6.500 6.500 0 1 0 0 13 6.500 6.500 0 0 0 0-13ZM15.500 15.500l5 5',
  gauge: 'M4 17a8.500 8.500 0 1 1 16 0M12 15l4-5M4.500 20h15',
  send: 'M4 12l16-7.500-5 15-3.500-5.500ZM11.500 14L20 4.500',
  shield: 'M12 3.500l7.500 3v5.500c0 4.500-3 7.500-7.500 9-4.500-1.500-7.500-4.500-7.500-9V6.500ZM8.500 12l2.500 2.500 4.500-4.500',
  share: 'M12 15V4M8 7.500l4-4 4 4M7 10.500H5.500v10h13v-10H17',
  signout: 'M14 4.500H5v15h9M10 12h10.500M17 8.500l3.500 3.500-3.500 3.500',
  sliders: 'M4 7h9M17 7h3M15 4.500v5M4 12h3M11 12h9M9 9.500v5M4 17h8M16 17h4M14 14.500v5',
  stop: 'M6.500 6.500h11v11h-11Z',
  summary: 'M4.500 6h15M4.500 10.500h15M4.500 15h9M4.500 19.500h6',
  trash: 'M4.500 6.500h15M9 6.500v-3h6v3M6.500 6.500l1 14h9l1-14M10 10.500v6M14 10.500v6',
  upload: 'M12 16V4.500M7 9l5-5 5 5M4.500 15v5h15v-5',
  warning: 'M12 4l9 16H3ZM12 10v5M12 17.300v.3',
} as const
export type IconName = keyof typeof PATHS

export function Icon({ name }: { name: IconName }) {
  return <svg className="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false"><path d={PATHS[name]} /></svg>
}

const MODULE_ICONS: Record<string, IconName> = { chat: 'chat', 'ask-documents': 'search', summarise: 'summary', draft: 'edit', completeness: 'checklist', extract: 'document', simplify: 'book' }
export const moduleIcon = (id: string): IconName => MODULE_ICONS[id] ?? 'module'
