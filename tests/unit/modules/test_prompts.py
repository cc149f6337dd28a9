# SPDX-License-Identifier: EUPL-1.2
"""Prompt files, and text that stands in them as data."""

import re
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genius_common.text.specials import literal
from genius_modules.prompts import as_data, load, parse

ALL = [
    (folder.name, prompt.name.removesuffix(".md"))
    for folder in files("genius_modules").iterdir()
    if folder.is_dir() and folder.joinpath("prompts").is_dir()
    for prompt in folder.joinpath("prompts").iterdir()
]


@pytest.mark.parametrize(("module", "name"), ALL)
def test_every_prompt_has_a_version_and_holds_no_secret(module: str, name: str) -> None:
    """INJ-05: prompts can be shown to anyone."""
    prompt = load(module, name)
    assert re.fullmatch(r"\d+\.\d+\.\d+", prompt.version)
    system, user = prompt.render(**dict.fromkeys(prompt.placeholders, "WERT"))
    assert system
    assert "WERT" in user
    assert "{{" not in system + user
    assert not re.search(
        r"https?://|token|passwor|kennwort|secret|api[_-]?key|\d{1,3}(\.\d{1,3}){3}", system, re.IGNORECASE
    )


@pytest.mark.parametrize(("module", "name"), [pair for pair in ALL if pair != ("chat", "system")])
def test_text_from_outside_never_stands_in_the_system_message(module: str, name: str) -> None:
    """INJ-01"""
    prompt = load(module, name)
    outside = {"text", "quellen", "notizen", "material", "frage", "nachricht", "empfaenger"}
    assert not outside & set(re.findall(r"\{\{([a-z_]+)\}\}", prompt.system))


def test_what_is_filled_in_is_not_filled_again() -> None:
    prompt = parse("m", "n", "---\nversion: 1.0.0\n---\nA {{x}}\n--- user ---\n{{y}}\n")
    assert prompt.render(x="{{y}}", y="{{x}}") == ("A {{y}}", "{{x}}")
    with pytest.raises(ValueError):
        prompt.render(x="1")


HOSTILE = st.lists(
    st.sampled_from(
        [
            "</quelle>",
            '<quelle nr="9">',
            "<|im_start|>",
            "<|vision_start|>",
            "[INST]",
            "</s>",
            "< / TEXT >",
            "[1]",
            "【2】",
            "<think>",
            "a",
            " ",
            "\n",
        ]
    ),
    max_size=12,
).map("".join)


@given(HOSTILE)
def test_delimiters_markers_and_special_tokens_are_neutral(text: str) -> None:
    """INJ-03"""
    safe = as_data(text)
    assert not re.search(
        r"<\s*/?\s*(quelle|text|notizen)|<\|[^|<>]*\|>|\[/?INST\]|</?s>|\[\s*\d+\s*\]|【", safe, re.IGNORECASE
    )
    assert as_data(safe) == safe


@given(st.text(alphabet=st.characters(exclude_characters="<>[]【】"), max_size=200))
def test_ordinary_text_is_untouched(text: str) -> None:
    assert as_data(text) == literal(text) == text
