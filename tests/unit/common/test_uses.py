# SPDX-License-Identifier: EUPL-1.2
"""DSG-06: what a use is, how it travels in the signed token, and that no module can take another use's name."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import Any

import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from genius_common.contracts.modules import ManifestList
from genius_common.principal import Principal
from genius_common.tokens import TokenInvalid, TokenSigner, TokenVerifier, _unb64
from genius_common.uses import RESERVED, allows
from genius_modules.registry import built_in

NAMES = st.from_regex(r"[a-z][a-z0-9-]{1,40}", fullmatch=True)
SIGNER = TokenSigner(Ed25519PrivateKey.generate())
WHO = Principal(subject=uuid.uuid4(), tenant="t", authority=None)


def verifier() -> TokenVerifier:
    made = TokenVerifier("retrieval", "t")
    made.set_keys(SIGNER.jwks())
    return made


@given(uses=st.none() | st.lists(NAMES, max_size=5), use=st.none() | NAMES)
def test_a_list_is_closed_and_no_use_is_allowed_nothing(uses: list[str] | None, use: str | None) -> None:
    """DSG-06"""
    assert allows(uses, None) is False
    assert allows(None, use) is (use is not None)
    if uses is not None:
        assert allows(uses, use) is (use in uses)


@given(use=st.none() | NAMES)
def test_the_token_carries_the_use(use: str | None) -> None:
    """DSG-06"""
    signed = SIGNER.sign(replace(WHO, use=use), audience=["retrieval"])
    assert verifier().verify(signed).use == use


@pytest.mark.parametrize("use", [5, True, ["chat"], {"chat": 1}, "", 0])
def test_a_use_that_is_no_word_makes_the_token_invalid(use: Any) -> None:
    """DSG-06: nothing is guessed from it."""
    token = SIGNER.sign(WHO, audience=["retrieval"])
    claims = orjson.loads(_unb64(token.split(".")[1])) | {"use": use}
    with pytest.raises(TokenInvalid):
        verifier().verify(SIGNER._signed(SIGNER._header, claims))
    del claims["use"]
    assert verifier().verify(SIGNER._signed(SIGNER._header, claims)).use is None


@pytest.mark.parametrize("name", sorted(RESERVED))
def test_no_module_is_called_like_another_use(name: str) -> None:
    """DSG-06: training, evaluation and the search of people are no modules, built in or of others."""
    manifest = next(iter(built_in())).spec.manifest(model_available=False).model_dump(mode="json")
    ManifestList.model_validate({"items": [manifest]})
    with pytest.raises(ValidationError):
        ManifestList.model_validate({"items": [{**manifest, "id": name}]})
    assert {"training", "evaluation", "search"} == RESERVED
