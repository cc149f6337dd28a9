# SPDX-License-Identifier: EUPL-1.2
"""The operator's texts of the web UI: what is accepted, what ends the start, and what is served."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.responses import PlainTextResponse

from genius_gateway.site.ui_config import UiConfig, UiConfigInvalid, read_ui_config
from genius_gateway.site.webui import WebUi

PACKAGED = Path(__file__).parents[3] / "services/gateway/web/public/ui-config.json"
HTML = '<script>alert(1)</script><b onclick="x()">fett</b>'


def written(folder: Path, content: Any) -> Path:
    file = folder / "own.json"
    file.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    return file


def test_the_packaged_file_has_the_fields_and_no_text() -> None:
    assert json.loads(PACKAGED.read_text()) == dict.fromkeys(UiConfig.model_fields)


def test_what_is_missing_is_null_and_lines_end_alike(tmp_path: Path) -> None:
    served = json.loads(read_ui_config(written(tmp_path, {"imprint": "Eins\r\nZwei\r\n\r\nDrei\n", "contact": None})))
    assert served == {**dict.fromkeys(UiConfig.model_fields), "imprint": "Eins\nZwei\n\nDrei"}


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ({"impressum": "Text"}, "impressum: Extra inputs are not permitted"),
        ({"imprint": 1}, "imprint: Input should be a valid string"),
        ({"imprint": ["Text"]}, "imprint: Input should be a valid string"),
        ({"privacy": {"de": "Text"}}, "privacy: Input should be a valid string"),
        ({"kopfzeile": "x" * 201}, "kopfzeile: .*200"),
        ({"contact": True, "color": "red"}, "contact: .*; color: "),
        ([], "file: "),
        (b"imprint: Text", "file: Invalid JSON"),
        (b'{"imprint": "\xff"}', "file: "),
        (b'{"imprint": "' + b"x" * 262_144 + b'"}', "larger than 256 KiB"),
    ],
)
def test_a_wrong_file_is_refused_by_the_name_of_the_field(tmp_path: Path, content: Any, complaint: str) -> None:
    with pytest.raises(UiConfigInvalid, match=complaint) as refused:
        read_ui_config(written(tmp_path, content))
    assert "GENIUS_GATEWAY_UI_CONFIG_FILE" in str(refused.value)
    assert "Text" not in str(refused.value)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UiConfigInvalid, match=r"gone\.json.*No such file"):
        read_ui_config(tmp_path / "gone.json")
    with pytest.raises(UiConfigInvalid, match="directory"):
        read_ui_config(tmp_path)


async def test_it_is_served_in_place_of_the_packaged_one_and_never_as_a_page(tmp_path: Path) -> None:
    folder = tmp_path / "ui"
    folder.mkdir()
    (folder / "index.html").write_text("<p>INDEX</p>")
    (folder / "ui-config.json").write_bytes(PACKAGED.read_bytes())
    own = {"ui-config.json": read_ui_config(written(tmp_path, {"imprint": HTML, "authority": "Müller & Söhne"}))}
    for mapping, imprint in ((None, None), (own, HTML)):
        app = WebUi(PlainTextResponse("below", 418), folder, mapping)
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://ui") as client:
            answer = await client.get("/ui-config.json")
            assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-cache")
            assert answer.headers["content-type"] == "application/json"
            assert answer.json()["imprint"] == imprint
            again = await client.get("/ui-config.json", headers={"if-none-match": answer.headers["etag"]})
            assert again.status_code == 304
            assert (await client.get("/")).text == "<p>INDEX</p>"


def test_the_gateway_does_not_start_with_a_wrong_file(tmp_path: Path) -> None:
    """The program ends with one line that names the variable, the file and the field."""
    file = written(tmp_path, {"imprint": "Behörde", "footer": "x"})
    values = {
        "PROFILE": "local",
        "TENANT": "test",
        "PUBLIC_URL": "http://127.0.0.1:1",
        "OIDC__ISSUER": "http://127.0.0.1:1",
        "OIDC__CLIENT_ID": "web",
        "OIDC__CLIENT_SECRET": "x",
        "DATABASE__URL": "postgresql+psycopg://x",
        "KEK_FILE": "kek",
        "SIGNING_KEY_FILE": "key",
        "AUDIT__KEY_FILE": "key",
        "INFERENCE_URL": "http://i",
        "RETRIEVAL_URL": "http://r",
        "MODULES_URL": "http://m",
        "UI_CONFIG_FILE": str(file),
    }
    environment = {**os.environ, **{f"GENIUS_GATEWAY_{name}": value for name, value in values.items()}}
    command = [sys.executable, "-m", "genius_gateway"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert done.stderr.strip().splitlines() == [
        f"settings of the gateway: GENIUS_GATEWAY_UI_CONFIG_FILE ({file}): footer: Extra inputs are not permitted"
        " (known fields: kopfzeile, authority, imprint, privacy, contact)"
    ]
