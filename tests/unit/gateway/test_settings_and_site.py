# SPDX-License-Identifier: EUPL-1.2
"""Settings that must not be wrong, and the files of the web UI."""

from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import ValidationError

from genius_common.errors import NotFound
from genius_common.web import ProblemResponse
from genius_gateway.settings import Settings
from genius_gateway.site.webui import WebUi


def settings(**changes: Any) -> Settings:
    values: dict[str, Any] = {
        "profile": "land",
        "tenant": "land",
        "public_url": "https://genius.example.de",
        "oidc": {"issuer": "https://id.example.de/realms/genius", "client_id": "web", "client_secret": "x"},
        "database": {"url": "postgresql+psycopg://x"},
        "kek_file": Path("kek"),
        "signing_key_file": Path("key"),
        "audit": {"key_file": Path("audit-key")},
        "inference_url": "http://i",
        "retrieval_url": "http://r",
        "modules_url": "http://m",
    }
    return Settings(**{**values, **changes})


def test_production_needs_tls() -> None:
    """AUTH-11: outside of the local profile there is no cookie without `__Host-` and Secure."""
    assert settings().session_cookie == "__Host-genius"
    with pytest.raises(ValidationError, match="https"):
        settings(public_url="http://genius.example.de")
    local = settings(profile="local", public_url="http://127.0.0.1:8080")
    assert (local.secure, local.session_cookie) == (False, "genius-session")


def test_loopback_names_count_in_the_local_profile_only() -> None:
    assert settings().origins == {"https://genius.example.de"}
    assert settings().hosts == {"genius.example.de"}
    local = settings(profile="local", public_url="http://127.0.0.1:8080")
    assert "http://localhost:8080" in local.origins
    assert "genius-cli" in local.person_clients
    assert "genius-cli" not in settings().person_clients


@pytest.mark.parametrize(
    "changes",
    [{"public_url": "https://x/y"}, {"unknown": 1}, {"oidc": {"issuer": "x"}}, {"session": {"idle_minutes": 4}}],
)
def test_wrong_settings_end_the_start(changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        settings(**changes)


async def _not_found(scope: Any, receive: Any, send: Any) -> None:
    await ProblemResponse(NotFound())(scope, receive, send)


@pytest.fixture
def site(tmp_path: Path) -> httpx.AsyncClient:
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text("<!doctype html><p>Seite")
    (tmp_path / "assets/app-1a2b.js").write_text("x" * 5000)
    (tmp_path / "secret-link").symlink_to("/etc/passwd")
    transport = httpx.ASGITransport(WebUi(_not_found, tmp_path))
    return httpx.AsyncClient(transport=transport, base_url="http://site")


async def test_pages_are_checked_again_and_assets_kept(site: httpx.AsyncClient) -> None:
    for path in ("/", "/chat/1", "/knowledge/1", "/imprint", "/index.html"):
        page = await site.get(path)
        assert (page.status_code, page.headers["cache-control"]) == (200, "no-cache"), path
    again = await site.get("/", headers={"if-none-match": page.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    asset = await site.get("/assets/app-1a2b.js", headers={"accept-encoding": "gzip"})
    assert "immutable" in asset.headers["cache-control"]
    assert asset.headers["content-encoding"] == "gzip"
    assert asset.text == "x" * 5000
    assert (await site.head("/")).content == b""


async def test_nothing_else_is_served(site: httpx.AsyncClient) -> None:
    for path in ("/secret-link", "/assets", "/assets/", "/assets/x.js", "/chat.html", "/x/chat"):
        assert (await site.get(path)).status_code == 404, path
    assert (await site.post("/")).status_code == 404


async def test_an_unknown_page_is_shown_by_the_ui_with_404(site: httpx.AsyncClient) -> None:
    browser = {"accept": "text/html,*/*;q=0.8"}
    page = await site.get("/gibt/es/nicht", headers=browser)
    assert (page.status_code, page.text) == (404, "<!doctype html><p>Seite")
    for path in ("/api/v1/x", "/v1/x", "/auth/x", "/internal/x", "/assets/x.js", "/metrics", "/x.html"):
        answer = await site.get(path, headers=browser)
        assert (answer.status_code, "Seite" in answer.text) == (404, False), path


async def test_a_missing_build_says_how_to_make_it(tmp_path: Path) -> None:
    transport = httpx.ASGITransport(WebUi(_not_found, tmp_path / "webui"))
    async with httpx.AsyncClient(transport=transport, base_url="http://site") as client:
        assert "make web" in (await client.get("/")).text
