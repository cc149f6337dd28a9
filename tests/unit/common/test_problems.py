# SPDX-License-Identifier: EUPL-1.2
"""How failures leave a service: one shape, a text for people, and nothing of what was sent."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from genius_common.errors import FieldError, InvalidInput, NotFound, PlatformError, all_errors
from genius_common.http import RelayedError
from genius_common.upstream.envelope import envelope
from genius_common.web import PROBLEM, ProblemResponse, field_errors, request_id

CLASSES = [cls for cls in all_errors() if cls.__module__.startswith("genius_common") and cls is not RelayedError]
NOT_ALLOWED = "Der Wert ist hier nicht erlaubt."
MEMBERS = {"type", "title", "status", "detail", "code", "retryable"}


class Inner(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: str = Field(min_length=2, max_length=4)


class Form(BaseModel):
    model_config = ConfigDict(extra="forbid")
    items: list[Inner] = []
    count: int = Field(default=0, ge=0)


def errors_of(value: object) -> list[tuple[str, str]]:
    with pytest.raises(ValidationError) as caught:
        Form.model_validate(value)
    return [(error.pointer, error.detail) for error in field_errors(caught.value.errors())]


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
def test_every_error_has_the_one_shape(cls: type[PlatformError]) -> None:
    problem = cls().as_problem()
    assert problem.keys() == MEMBERS
    assert problem["type"] == f"urn:genius:error:{cls.code}"
    assert 400 <= problem["status"] <= 599
    assert problem["detail"].strip().endswith((".", "!"))
    assert str(cls("Der Text eines Bürgers")) == cls.code, "what ends up in a traceback is the code alone"


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
def test_a_server_error_promises_a_retry_only_where_one_helps(cls: type[PlatformError]) -> None:
    error = cls()
    assert not error.retryable or error.status in {429, 502, 503, 504}


def test_optional_members_appear_only_where_there_is_something() -> None:
    error = InvalidInput(errors=[FieldError("/a", "Bitte ändern.")], retry_after=3)
    assert error.as_problem("abc")["request_id"] == "abc"
    assert error.as_problem()["errors"] == [{"pointer": "/a", "detail": "Bitte ändern."}]
    assert "retry_after" not in error.as_problem()
    response = ProblemResponse(error)
    assert response.headers["retry-after"] == "3"
    assert response.headers["content-type"] == PROBLEM
    assert response.headers["cache-control"] == "no-store"
    assert "retry-after" not in ProblemResponse(NotFound()).headers


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"items": [{"name": "gut"}, {}]}, [("/items/1/name", "Diese Angabe fehlt.")]),
        ({"items": [{"name": "x"}]}, [("/items/0/name", "Der Text ist zu kurz.")]),
        ({"items": [{"name": "xxxxx"}]}, [("/items/0/name", "Der Text ist zu lang.")]),
        ({"role": "admin"}, [("/role", "Dieses Feld gibt es nicht.")]),
        ({"a/b~c": 1}, [("/a~1b~0c", "Dieses Feld gibt es nicht.")]),
        ({"count": -1}, [("/count", NOT_ALLOWED)]),
        ({"count": "viele", "items": 3}, [("/items", NOT_ALLOWED), ("/count", NOT_ALLOWED)]),
    ],
)
def test_fields_are_named_by_pointer_and_told_in_german(value: object, expected: list[tuple[str, str]]) -> None:
    assert errors_of(value) == expected


def test_broken_json_has_no_place_in_the_document() -> None:
    with pytest.raises(ValidationError) as caught:
        Form.model_validate_json(b'{"count": ')
    (error,) = field_errors([{**caught.value.errors()[0], "loc": ("body", 10)}])
    assert (error.pointer, error.detail) == ("", "Der Text ist kein gültiges JSON.")


@given(st.text(alphabet=string.ascii_letters + string.digits, min_size=6, max_size=40))
def test_the_input_is_never_repeated(secret: str) -> None:
    """LOG-01 in part: a value that was refused comes back in no error."""
    canary = "Geheim" + secret
    for value in ({"count": canary}, {"items": canary}, {"items": [{"name": canary}]}, {"items": [canary]}):
        assert canary not in repr(errors_of(value))


@pytest.mark.parametrize("part", ["body", "query", "path", "header"])
def test_the_part_of_the_request_is_no_part_of_the_pointer(part: str) -> None:
    (error,) = field_errors([{"loc": (part, "name", 0), "type": "missing"}])
    assert error.pointer == "/name/0"


@pytest.mark.parametrize(
    ("pointer", "param"),
    [
        ("/messages/0/role", "messages[0].role"),
        ("/model", "model"),
        ("/a~1b/c~0d", "a/b.c~d"),
        ("", None),
        ("/0/x", "[0].x"),
    ],
)
def test_openai_clients_get_their_notation(pointer: str, param: str | None) -> None:
    body = envelope(InvalidInput(errors=[FieldError(pointer, "Falsch.")]))["error"]
    assert body["param"] == param
    assert body["message"] == (f"{param}: Falsch." if param else "Falsch.")


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, "invalid_request_error"),
        (401, "authentication_error"),
        (403, "permission_error"),
        (404, "not_found_error"),
        (413, "invalid_request_error"),
        (429, "rate_limit_error"),
        (500, "server_error"),
        (503, "server_error"),
    ],
)
def test_openai_clients_can_tell_errors_apart(status: int, kind: str) -> None:
    error = PlatformError()
    error.status = status  # type: ignore[misc]
    assert envelope(error)["error"]["type"] == kind


@pytest.mark.parametrize("scope", [{}, {"state": {}}, {"state": {"request_id": ""}}])
def test_a_request_without_an_id_has_an_empty_one(scope: dict[str, object]) -> None:
    assert request_id(scope) == ""
