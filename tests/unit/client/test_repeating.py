# SPDX-License-Identifier: EUPL-1.2
"""When the client sends again, and that nothing is done twice by it. Real HTTP, both clients."""

from __future__ import annotations

import datetime as dt
import time
from email.utils import format_datetime

import pytest

from genius_client import ApiProblem, ConnectionFailed, LimitReached, Retry, Unavailable
from tests.support.ports import free_port
from tests.support.scripted_api import CUT, Answer, answer, refusal

from .conftest import Start
from .samples import RUN, run


def test_a_start_whose_answer_is_lost_is_the_same_run(start: Start) -> None:
    """The platform may have started it: the same key goes along each time, and names the run that there is."""
    client, api = start(CUT, refusal(503, "gateway_stopping"), CUT, answer(run()))
    assert client.run("summarise", {"text": "…"}).state == "succeeded"
    keys = [request.headers["idempotency-key"] for request in api.received]
    assert len(keys) == 4
    assert len(set(keys)) == 1
    assert len({request.body for request in api.received}) == 1


def test_every_call_has_a_key_of_its_own_unless_told(start: Start) -> None:
    client, api = start(*[answer(run())] * 4)
    for options in ({}, {}, {"idempotency_key": "W 1/2026"}, {"idempotency_key": "W 1/2026"}):
        client.run("summarise", {"text": "…"}, **options)
    first, second, third, fourth = (request.headers["idempotency-key"] for request in api.received)
    assert first != second
    assert third == fourth == "W 1/2026"
    assert "idempotency_key" not in api.received[2].json(), "it is no field of the body"


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_what_may_pass_is_asked_again(start: Start, status: int) -> None:
    client, api = start(refusal(status, "later"), answer(run()))
    assert client.get(RUN).id == RUN
    assert len(api.received) == 2


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 413, 415, 422, 500, 501])
def test_what_will_not_pass_is_raised_at_once(start: Start, status: int) -> None:
    client, api = start(refusal(status, "no"))
    with pytest.raises(ApiProblem) as raised:
        client.get(RUN)
    assert (raised.value.status, raised.value.code, raised.value.request_id) == (status, "no", "r-1")
    assert len(api.received) == 1


def test_it_gives_up_with_the_last_refusal(start: Start) -> None:
    client, api = start(*[refusal(503, "module_unavailable")] * 9)
    with pytest.raises(Unavailable) as raised:
        client.run("summarise", {})
    assert raised.value.code == "module_unavailable"
    assert raised.value.retryable
    assert len(api.received) == 4


def test_it_gives_up_on_a_dead_connection(start: Start) -> None:
    client, api = start(*[CUT] * 9)
    with pytest.raises(ConnectionFailed):
        client.get(RUN)
    assert len(api.received) == 4


def test_a_quota_that_is_used_up_for_today_is_not_waited_for(start: Start) -> None:
    client, api = start(refusal(429, "quota_reached", retry_after="3600"))
    with pytest.raises(LimitReached) as raised:
        client.run("summarise", {})
    assert raised.value.retry_after == 3600
    assert len(api.received) == 1


def test_it_waits_as_long_as_it_is_told(start: Start) -> None:
    client, _ = start(refusal(429, "too_many_requests", retry_after="1"), answer(run()))
    began = time.monotonic()
    client.get(RUN)
    assert time.monotonic() - began >= 1


def test_a_date_is_understood_as_well(start: Start) -> None:
    later = format_datetime(dt.datetime.now(dt.UTC) + dt.timedelta(hours=1), usegmt=True)
    client, _ = start(refusal(503, "later", retry_after=later))
    with pytest.raises(Unavailable) as raised:
        client.get(RUN)
    assert 3500 < (raised.value.retry_after or 0) <= 3600


@pytest.mark.parametrize("value", ["", "bald", "-5", "1e9999", "²"])
def test_nonsense_as_time_is_no_time(start: Start, value: str) -> None:
    client, _ = start(refusal(400, "no", retry_after=value.encode("utf-8").decode("latin-1")))
    with pytest.raises(ApiProblem) as raised:
        client.get(RUN)
    assert raised.value.retry_after is None


def test_an_upload_is_not_repeated_where_it_may_have_arrived(start: Start) -> None:
    for far_end in (CUT, refusal(503, "database_unavailable"), refusal(502, "upstream_failed")):
        client, api = start(far_end)
        with pytest.raises((ConnectionFailed, Unavailable)):
            client.upload(b"Inhalt", "antrag.txt")
        assert len(api.received) == 1


def test_an_upload_that_was_refused_for_now_is_sent_whole_again(start: Start) -> None:
    stored = {"id": RUN, "name": "a.txt", "state": "parsing", "size": 6, "protection_class": "intern"}
    client, api = start(refusal(429, "too_many_requests"), answer(stored, 202))
    assert client.upload(b"Inhalt", "a.txt").id == RUN
    assert [request.body.count(b"Inhalt") for request in api.received] == [1, 1]


def test_without_a_connection_an_upload_is_tried_again_and_says_so(start: Start) -> None:
    client, _ = start()
    away = type(client)("sync", f"http://127.0.0.1:{free_port()}")
    with pytest.raises(ConnectionFailed, match="nicht erreichbar"):
        away.upload(b"x", "a.txt")
    away.end()


def test_deleting_what_an_earlier_attempt_has_deleted_is_done(start: Start) -> None:
    client, api = start(CUT, refusal(404, "not_found"))
    client.delete_file(RUN)
    assert len(api.received) == 2


def test_a_proxys_page_is_a_refusal_too(start: Start) -> None:
    client, _ = start(*[Answer(502, b"<html>Bad gateway</html>", {"content-type": "text/html"})] * 4)
    with pytest.raises(Unavailable) as raised:
        client.get(RUN)
    assert (raised.value.code, raised.value.fields) == ("unknown", ())


def test_a_redirect_is_not_followed(start: Start) -> None:
    """The token goes to the platform and nowhere else."""
    client, api = start(answer({}, 307, location="http://127.0.0.1:9/elsewhere"))
    with pytest.raises(ApiProblem) as raised:
        client.get(RUN)
    assert raised.value.status == 307
    assert len(api.received) == 1


def test_pauses_double_up_to_a_limit_and_are_spread() -> None:
    retry = Retry(first_s=1, most_s=8)
    for attempt, longest in ((1, 1), (2, 2), (3, 4), (4, 8), (5, 8), (60, 8)):
        pauses = [retry.pause(attempt, None) for _ in range(50)]
        assert all(longest / 2 <= pause <= longest for pause in pauses)
        assert len(set(pauses)) > 1
    assert 30 <= retry.pause(1, 30) <= 31
