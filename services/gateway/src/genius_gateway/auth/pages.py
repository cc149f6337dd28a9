# SPDX-License-Identifier: EUPL-1.2
"""The page that a failed login ends on; everything else the web UI shows itself."""

from __future__ import annotations

from html import escape

from starlette.responses import HTMLResponse

from genius_common.errors import PlatformError

_PAGE = """<!doctype html>
<html lang="de"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><title>{title} – Genius</title></head>
<body><main><h1>{title}</h1><p>{detail}</p><p><a href="/auth/login">Erneut anmelden</a></p>
<p><a href="/">Zur Startseite</a></p></main></body></html>
"""


def failure_page(error: PlatformError) -> HTMLResponse:
    page = _PAGE.format(title=escape(error.title), detail=escape(error.detail))
    headers = {"cache-control": "no-store"}
    if error.retry_after is not None:
        headers["retry-after"] = str(error.retry_after)
    return HTMLResponse(page, status_code=error.status, headers=headers)
