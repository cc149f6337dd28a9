# SPDX-License-Identifier: EUPL-1.2
"""The provider's few pages: German, plain HTML, no script, a CSP that allows its own style sheet only."""

from __future__ import annotations

from html import escape
from importlib.resources import files
from urllib.parse import urlsplit

from starlette.responses import HTMLResponse, Response

from genius_stack.identity.realm import Realm, User
from genius_stack.identity.settings import REALM_PATH

STYLE_PATH = f"{REALM_PATH}/style.css"

_PAGE = """<!doctype html>
<html lang="de">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title} – Genius (Entwicklung)</title>
<link rel="stylesheet" href="{style}">
</head>
<body>
<header><p class="brand">Genius</p><p class="stage">Anmeldedienst für die Entwicklung</p></header>
<main>
{body}
</main>
</body>
</html>
"""

_LOGIN = """<h1>Anmelden</h1>
{failure}
<form method="post" action="{action}">
<input type="hidden" name="ticket" value="{ticket}">
<p><label for="username">Anmeldename</label>
<input id="username" name="username" value="{username}" autocomplete="username" autocapitalize="none"
 spellcheck="false" required {invalid} {focus_name}></p>
<p><label for="password">Passwort</label>
<input id="password" name="password" type="password" autocomplete="current-password" required {invalid}
 {focus_password}></p>
<p><button type="submit">Anmelden</button></p>
</form>
{samples}"""

_FAILED = """<div class="alert" role="alert" id="failure"><p><strong>Die Anmeldung hat nicht geklappt.</strong>
Prüfen Sie Anmeldename und Passwort. Nach fünf Fehlversuchen warten Sie bitte 30 Sekunden.</p></div>"""

_SAMPLES = """<section>
<h2 id="samples">Beispielzugänge</h2>
<p>Nur auf diesem Rechner. Alle Personen sind erfunden.</p>
<div class="scroll" tabindex="0" role="region" aria-labelledby="samples">
<table>
<thead><tr><th scope="col">Anmeldename</th><th scope="col">Passwort</th><th scope="col">Wer</th></tr></thead>
<tbody>
{rows}
</tbody>
</table>
</div>
</section>"""


def login(
    realm: Realm, ticket: str, *, action: str, redirect_uri: str, username: str = "", failed: bool = False
) -> Response:
    """The login form; 401 after a failure. `redirect_uri`'s origin is the only foreign target of the form."""
    shown = [user for user in realm.users if user.shown_password]
    body = _LOGIN.format(
        failure=_FAILED if failed else "",
        action=escape(action),
        ticket=escape(ticket),
        username=escape(username),
        invalid='aria-invalid="true" aria-describedby="failure"' if failed else "",
        focus_name="" if failed else "autofocus",
        focus_password="autofocus" if failed else "",
        samples=_SAMPLES.format(rows="\n".join(map(_row, shown))) if shown else "",
    )
    target = urlsplit(redirect_uri)
    return _page("Anmelden", body, 401 if failed else 200, f"{target.scheme}://{target.netloc}")


def _row(user: User) -> str:
    cells = (f"<code>{escape(user.username)}</code>", f"<code>{escape(user.shown_password or '')}</code>")
    who = escape(user.name) + (f"<br>{escape(user.note)}" if user.note else "")
    return f"<tr><td>{cells[0]}</td><td>{cells[1]}</td><td>{who}</td></tr>"


def confirm_logout(*, action: str) -> Response:
    body = (
        "<h1>Abmelden</h1><p>Möchten Sie sich bei Genius abmelden?</p>"
        f'<form method="post" action="{escape(action)}"><p><button type="submit">Abmelden</button></p></form>'
    )
    return _page("Abmelden", body)


def logged_out() -> Response:
    return _page("Abgemeldet", "<h1>Sie sind abgemeldet</h1><p>Sie können dieses Fenster schließen.</p>")


def failure(text: str, status: int) -> Response:
    return _page("Fehler", f'<h1>Das geht so nicht</h1><p role="alert">{escape(text)}</p>', status)


def style() -> Response:
    content = files("genius_stack.identity").joinpath("style.css").read_bytes()
    return Response(content, media_type="text/css", headers={"x-content-type-options": "nosniff"})


def _page(title: str, body: str, status: int = 200, form_target: str = "") -> Response:
    # Browsers apply form-action to the redirect that follows the form, too: hence the client's origin.
    policy = (
        f"default-src 'none'; style-src 'self'; form-action 'self' {form_target}; "
        "frame-ancestors 'none'; base-uri 'none'"
    )
    headers = {
        "content-security-policy": policy,
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
        "referrer-policy": "no-referrer",
        "cache-control": "no-store",
        "cross-origin-opener-policy": "same-origin",
        "permissions-policy": "camera=(), microphone=(), geolocation=()",
    }
    return HTMLResponse(_PAGE.format(title=escape(title), style=STYLE_PATH, body=body), status, headers)
