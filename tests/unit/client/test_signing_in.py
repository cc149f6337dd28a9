# SPDX-License-Identifier: EUPL-1.2
"""How the client signs in: its own account at the identity provider, or a token that it is given."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import parse_qs

import httpx
import pytest

from genius_client import BearerToken, ClientCredentials, ConnectionFailed, CredentialsRefused, NotAuthenticated
from tests.support.both_clients import AnyClient
from tests.support.scripted_api import CUT, Answer, ScriptedApi, answer, events, refusal, scripted_api

from .conftest import Start
from .samples import RUN, run


@pytest.fixture
def identity() -> Iterator[ScriptedApi]:
    with scripted_api() as found:
        yield found


def token(value: str, seconds: object = 300) -> Answer:
    return answer({"access_token": value, "expires_in": seconds, "token_type": "Bearer"})


def account(identity: ScriptedApi) -> ClientCredentials:
    return ClientCredentials(f"{identity.url}/realms/land/", "wohngeld-verfahren", "geheim")


def shown(api: ScriptedApi) -> list[str]:
    return [request.headers["authorization"] for request in api.received]


def test_a_token_is_fetched_once_and_used_until_it_ends(start: Start, identity: ScriptedApi) -> None:
    identity.answers = [token("a")]
    client, api = start(*[answer(run())] * 3, auth=account(identity))
    for _ in range(3):
        client.get(RUN)
    assert shown(api) == ["Bearer a"] * 3
    (asked,) = identity.received
    assert (asked.method, asked.path) == ("POST", "/realms/land/protocol/openid-connect/token")
    form = {name: value[0] for name, value in parse_qs(asked.body.decode()).items()}
    expected = {"grant_type": "client_credentials", "client_id": "wohngeld-verfahren", "client_secret": "geheim"}
    assert form == expected
    assert "authorization" not in asked.headers


def test_a_token_near_its_end_is_fetched_anew(start: Start, identity: ScriptedApi) -> None:
    identity.answers = [token("a", 20), token("b", 300)]
    client, api = start(*[answer(run())] * 3, auth=account(identity))
    for _ in range(3):
        client.get(RUN)
    assert shown(api) == ["Bearer a", "Bearer b", "Bearer b"]


def test_a_refused_token_is_fetched_anew_once(start: Start, identity: ScriptedApi) -> None:
    identity.answers = [token("a"), token("b"), token("c")]
    client, api = start(refusal(401, "access_token_invalid"), answer(run()), auth=account(identity))
    assert client.get(RUN).id == RUN
    assert shown(api) == ["Bearer a", "Bearer b"]
    api.answers = [refusal(401, "access_token_invalid")] * 5
    with pytest.raises(NotAuthenticated):
        client.get(RUN)
    assert len(api.received) == 4, "twice, not for ever"


def test_a_stream_signs_in_as_well(start: Start, identity: ScriptedApi) -> None:
    identity.answers = [token("a"), token("b")]
    final = (2, "done", {"result": {}})
    client, api = start(refusal(401, "access_token_invalid"), events(final), auth=account(identity))
    assert len(client.read(client.stream("summarise", {}))) == 1
    assert shown(api) == ["Bearer a", "Bearer b"]


@pytest.mark.parametrize(
    "far_end",
    [
        answer({"error": "invalid_client"}, 401),
        answer({"error": "unauthorized_client"}, 400),
        answer({"access_token": "a"}),
        answer({"access_token": "a", "expires_in": "bald"}),
        answer([]),
        Answer(200, b"<html>", {"content-type": "text/html"}),
    ],
    ids=["secret", "client", "no end", "odd end", "list", "page"],
)
def test_refused_credentials_say_so_and_show_no_secret(start: Start, identity: ScriptedApi, far_end: Answer) -> None:
    identity.answers = [far_end]
    client, api = start(auth=account(identity))
    with pytest.raises(CredentialsRefused) as raised:
        client.get(RUN)
    assert api.received == []
    assert "geheim" not in str(raised.value)


def test_an_identity_provider_that_is_away_is_asked_again(start: Start, identity: ScriptedApi) -> None:
    identity.answers = [CUT, Answer(503), token("a")]
    client, api = start(answer(run()), auth=account(identity))
    assert client.get(RUN).id == RUN
    assert shown(api) == ["Bearer a"]
    identity.answers = [Answer(503)] * 9
    with pytest.raises(ConnectionFailed):
        start(auth=account(identity))[0].get(RUN)


def test_a_given_token_goes_along(start: Start) -> None:
    """Also one from a function: after a token exchange it is another one each time."""
    tokens = iter(["a", "b"])
    auths: list[httpx.Auth | str] = ["genius_x", BearerToken("genius_y"), BearerToken(lambda: next(tokens))]
    seen = []
    for auth in auths:
        client, api = start(*[answer(run())] * 2, auth=auth)
        client.get(RUN)
        client.get(RUN)
        seen.append(shown(api))
    assert seen == [["Bearer genius_x"] * 2, ["Bearer genius_y"] * 2, ["Bearer a", "Bearer b"]]


def test_a_request_that_is_repeated_while_the_token_ends_has_the_new_one(identity: ScriptedApi) -> None:
    identity.answers = [token("a", 0), token("b", 0)]
    with scripted_api(refusal(503, "later"), answer(run())) as api:
        client = AnyClient("sync", api.url, account(identity))
        client.get(RUN)
        client.end()
    assert shown(api) == ["Bearer a", "Bearer b"]
