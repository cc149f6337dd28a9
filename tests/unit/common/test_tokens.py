# SPDX-License-Identifier: EUPL-1.2
"""The principal token: what is signed comes back, everything else is refused."""

import time
import uuid

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from genius_common.principal import Principal, ProtectionClass
from genius_common.tokens import MAX_LIFETIME_S, TokenInvalid, TokenSigner, TokenVerifier
from tests.support.token_corpus import corpus, principal_mint

PRIVATE = Ed25519PrivateKey.generate()
SIGNER = TokenSigner(PRIVATE)
PRINCIPAL = Principal(
    subject=uuid.uuid4(),
    tenant="land",
    authority=uuid.uuid4(),
    units=frozenset({uuid.uuid4()}),
    roles=frozenset({"sachbearbeitung"}),
    scopes=frozenset({"search"}),
    classification=ProtectionClass.SOZIALDATEN,
    application=uuid.uuid4(),
    run=uuid.uuid4(),
    metered=True,
    knowledge_bases=frozenset({uuid.uuid4(), uuid.uuid4()}),
    files=frozenset({uuid.uuid4()}),
)


def verifier(audience: str = "retrieval", tenant: str = "land") -> TokenVerifier:
    made = TokenVerifier(audience, tenant)
    made.set_keys(SIGNER.jwks())
    return made


def test_a_signed_principal_comes_back() -> None:
    found = verifier().verify(SIGNER.sign(PRINCIPAL, audience=["retrieval", "inference"]))
    for name in ("subject", "authority", "units", "roles", "scopes", "classification", "application", "run", "metered"):
        assert getattr(found, name) == getattr(PRINCIPAL, name), name
    assert (found.knowledge_bases, found.files) == (PRINCIPAL.knowledge_bases, PRINCIPAL.files)


def test_the_corpus_is_refused() -> None:
    """AUTH-03, AUTH-04, AUTH-05, AO-03: algorithm, key, issuer, audience, tenant, times and types are exact."""
    mint = principal_mint(PRIVATE, PRINCIPAL, "retrieval")
    checker = verifier()
    assert checker.verify(mint.good()).subject == PRINCIPAL.subject
    for name, token in corpus(mint).items():
        with pytest.raises(TokenInvalid):
            pytest.fail(f"{name} was accepted: {checker.verify(token)}")


@given(st.text(max_size=200))
def test_text_is_no_token(text: str) -> None:
    with pytest.raises(TokenInvalid):
        verifier().verify(text)


SIGNED = SIGNER.sign(PRINCIPAL, audience=["retrieval"])


@given(st.data())
def test_a_changed_token_is_refused(data: st.DataObject) -> None:
    token = SIGNED
    # The last character of base64 holds unused bits, so a change there may mean the same bytes.
    place = data.draw(st.integers(0, len(token) - 2))
    letter = data.draw(st.sampled_from([c for c in "ABCxyz019-_." if c != token[place]]))
    with pytest.raises(TokenInvalid):
        verifier().verify(token[:place] + letter + token[place + 1 :])


def test_the_cache_never_swaps_identities() -> None:
    """AUTH-07: two people's tokens share their first bytes; interleaved, each stays who it is."""
    checker = verifier()
    people = [Principal(subject=uuid.uuid4(), tenant="land", authority=None) for _ in range(20)]
    tokens = [SIGNER.sign(person, audience=["retrieval"]) for person in people]
    assert len({token[:100] for token in tokens}) == 1
    for _ in range(200):
        for person, token in zip(people, tokens, strict=True):
            assert checker.verify(token).subject == person.subject


def test_an_expired_token_leaves_the_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    checker = verifier()
    token = SIGNER.sign(PRINCIPAL, audience=["retrieval"], lifetime_s=5)
    checker.verify(token)
    real = time.time
    monkeypatch.setattr("genius_common.tokens.time.time", lambda: real() + 6)
    with pytest.raises(TokenInvalid):
        checker.verify(token)


def test_a_revoked_token_is_refused_even_while_cached() -> None:
    """AUTH-08: what was issued until then, to the person or to the application that acts for it; later ones count."""
    checker = verifier()
    token = SIGNER.sign(PRINCIPAL, audience=["retrieval"])
    checker.verify(token)
    for subject in (PRINCIPAL.subject, PRINCIPAL.application):
        assert subject is not None
        checker.revoked = {subject: time.time() + 1}
        with pytest.raises(TokenInvalid):
            checker.verify(token)
        checker.revoked = {subject: time.time() - 5}
        assert checker.verify(token).subject == PRINCIPAL.subject
    now = time.time()
    checker.revoked = {PRINCIPAL.subject: now}
    again = SIGNER.sign(PRINCIPAL, audience=["retrieval"], not_before=int(now) + 1)
    assert checker.verify(again).subject == PRINCIPAL.subject


def test_only_a_fresh_list_of_the_gateway_counts() -> None:
    """AUTH-08, AUTH-14: not a principal token, not a list of another key, no old one, nothing malformed."""
    checker = verifier()
    entries = {str(PRINCIPAL.subject): 1.5}
    assert checker.read_revocations(SIGNER.sign_revocations(entries)) == {PRINCIPAL.subject: 1.5}
    with pytest.raises(TokenInvalid):
        checker.verify(SIGNER.sign_revocations(entries))
    stranger = TokenSigner(Ed25519PrivateKey.generate())
    token = SIGNER.sign(PRINCIPAL, audience=["retrieval"])
    for wrong in (token, stranger.sign_revocations(entries), SIGNER.sign_revocations({"x": 1.0}), "", "a.b.c", "é"):
        with pytest.raises(TokenInvalid):
            checker.read_revocations(wrong)


def test_an_old_list_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """AUTH-08: who replays an old list does not hide what was revoked since."""
    checker, old = verifier(), SIGNER.sign_revocations({})
    real = time.time
    monkeypatch.setattr("genius_common.tokens.time.time", lambda: real() + 61)
    with pytest.raises(TokenInvalid):
        checker.read_revocations(old)


def test_a_bad_key_in_the_set_does_not_disable_the_good_ones() -> None:
    """AUTH-06"""
    checker = TokenVerifier("retrieval", "land")
    checker.set_keys({"keys": [{"kty": "OKP"}, 7, {"kty": "OKP", "crv": "Ed25519", "x": "!"}, *SIGNER.jwks()["keys"]]})
    assert checker.verify(SIGNER.sign(PRINCIPAL, audience=["retrieval"])).subject == PRINCIPAL.subject


@pytest.mark.parametrize("seconds", [0, -5, MAX_LIFETIME_S + 1])
def test_no_token_lives_longer_than_five_minutes(seconds: int) -> None:
    with pytest.raises(ValueError, match="lifetime"):
        SIGNER.sign(PRINCIPAL, audience=["retrieval"], lifetime_s=seconds)
