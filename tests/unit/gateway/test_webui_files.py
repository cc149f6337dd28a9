# SPDX-License-Identifier: EUPL-1.2
"""The web UI's files: how long each may be kept, and that no spelling of a path leaves the folder."""

from pathlib import Path

import httpx
import pytest
from starlette.responses import PlainTextResponse

from genius_gateway.site.webui import WebUi

HTML = {"accept": "text/html"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "secret.txt").write_text("SECRET")
    root = tmp_path / "ui"
    (root / "assets").mkdir(parents=True)
    (root / "index.html").write_text("<p>INDEX</p>")
    (root / "assets" / "a-1f.js").write_text("x" * 5000)
    (root / "link.txt").symlink_to(tmp_path / "secret.txt")
    return root


def browser(folder: Path) -> httpx.AsyncClient:
    app = WebUi(PlainTextResponse("below", 418), folder)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://ui")


async def test_assets_are_kept_for_ever_and_the_index_is_asked_for_each_time(folder: Path) -> None:
    async with browser(folder) as client:
        asset, index = await client.get("/assets/a-1f.js"), await client.get("/chat/1")
        assert "immutable" in asset.headers["cache-control"]
        assert (index.headers["cache-control"], index.text) == ("no-cache", "<p>INDEX</p>")
        assert asset.headers["content-encoding"] == "gzip"
        assert asset.text == "x" * 5000
        again = await client.get("/", headers={"if-none-match": index.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        head = await client.head("/")
        assert (head.content, head.headers["content-length"]) == (b"", "12")


@pytest.mark.parametrize(
    ("method", "path", "headers", "status"),
    [
        ("GET", "/nowhere", HTML, 404),
        ("GET", "/nowhere", {"accept": "application/json"}, 418),
        ("GET", "/assets/gone.js", HTML, 418),
        ("GET", "/api/v1/x", HTML, 418),
        ("GET", "/v1", HTML, 418),
        ("POST", "/", HTML, 418),
        ("GET", "/chat/1/2/3/4", {}, 418),
    ],
)
async def test_who_answers(folder: Path, method: str, path: str, headers: dict[str, str], status: int) -> None:
    async with browser(folder) as client:
        assert (await client.request(method, path, headers=headers)).status_code == status


@pytest.mark.parametrize(
    "path",
    [
        "/../secret.txt", "/%2e%2e/secret.txt", "/assets/%2e%2e/%2e%2e/secret.txt", "/..%2fsecret.txt",
        "/..%5csecret.txt", "/%252e%252e/secret.txt", "//secret.txt", "/link.txt", "/secret.txt%00.html",
        "/chat/..%2f..%2fsecret.txt", "/%c0%ae%c0%ae/secret.txt", "/file:///secret.txt",
    ],
)  # fmt: skip
async def test_no_path_leaves_the_folder(folder: Path, path: str) -> None:
    async with browser(folder) as client:
        for headers in ({}, HTML):
            assert "SECRET" not in (await client.get(path, headers=headers)).text


async def test_without_a_build_the_page_says_what_to_do(tmp_path: Path) -> None:
    async with browser(tmp_path / "none") as client:
        page = await client.get("/")
        assert "make web" in page.text
        assert page.headers["cache-control"] == "no-store"
