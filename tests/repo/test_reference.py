# SPDX-License-Identifier: EUPL-1.2
"""Generated pages are current, and pages link to what exists."""

import json
import re
from urllib.parse import unquote

import pytest
from scripts import render_reference

from .source import ROOT, name_of, tracked


@pytest.mark.parametrize("page", sorted(render_reference.PAGES))
def test_generated_page_is_current(page: str) -> None:
    assert (render_reference.REFERENCE / page).read_text() == render_reference.HEADER + render_reference.PAGES[
        page
    ](), "run `make docs`"


def test_every_error_code_has_one_meaning() -> None:
    """A code stands for one status and one `retryable`, wherever it is raised."""
    from genius_common.errors import all_errors

    render_reference.import_everything()
    seen: dict[str, tuple[int, bool]] = {}
    for error in all_errors():
        meaning = (error.status, error.retryable)
        assert seen.setdefault(error.code, meaning) == meaning, error.code


def test_tests_name_only_known_requirements() -> None:
    known = {row["id"] for row in json.loads((render_reference.REFERENCE / "requirements.json").read_text())}
    prefixes = {identifier.split("-")[0] for identifier in known}
    named = {i for i in render_reference.named_requirements() if i.split("-")[0] in prefixes}
    assert named <= known


def test_links_in_the_docs_lead_somewhere() -> None:
    broken = []
    for path in tracked():
        if path.suffix == ".md" and "node_modules" not in str(path):
            for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", path.read_text(encoding="utf-8")):
                if not re.match(r"[a-z]+:", target) and not (path.parent / unquote(target)).exists():
                    broken.append(f"{name_of(path)}: {target}")
    assert broken == []


def test_every_page_of_the_docs_is_linked() -> None:
    texts = "\n".join(p.read_text(encoding="utf-8") for p in tracked() if p.suffix == ".md")
    orphans = [
        name_of(path)
        for path in tracked()
        if path.is_relative_to(ROOT / "docs") and path.suffix == ".md" and path.name not in texts
    ]
    assert orphans == []
