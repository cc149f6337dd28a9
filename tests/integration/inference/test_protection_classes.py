# SPDX-License-Identifier: EUPL-1.2
"""TEN-15: a model gets no content above the class that the settings give it, whoever asks."""

import itertools
import re
from typing import Any

import pytest
from pydantic import ValidationError

from genius_common.principal import ProtectionClass
from genius_inference.settings import ProtectionSettings, Settings
from genius_inference.testing import RunningServer
from tests.support.inference import Keys, message, running_inference

CLASSES = list(ProtectionClass)


@pytest.mark.parametrize("highest", CLASSES)
def test_a_model_sees_nothing_above_its_class(
    model_server: RunningServer, keys: Keys, highest: ProtectionClass
) -> None:
    """TEN-15: every class asked for against every class allowed, chat and embeddings; a refusal reaches no model."""
    protection = {"highest": "offen", "models": {"echo": highest, "scripted-embedding": highest}}
    with running_inference(keys, upstream={"url": model_server.url}, protection=protection) as service:
        for asked, streamed in itertools.product(CLASSES, (True, False)):
            model_server.clear()
            with service.client(classification=asked) as client:
                items = {item["id"]: item["protection_class"] for item in client.get("/v1/models").json()["data"]}
                chat = client.post("/v1/chat/completions", json=message("Guten Tag", stream=streamed))
                embedded = client.post("/v1/embeddings", json={"model": "scripted-embedding", "input": "eins"})
            assert (items["echo"], items["scripted"]) == (highest, "offen")
            expected = 200 if asked.rank <= highest.rank else 403
            assert [chat.status_code, embedded.status_code] == [expected, expected], asked
            if expected == 403:
                assert model_server.log() == []
                for answer in (chat, embedded):
                    error = answer.json()["error"]
                    assert (error["code"], error["param"]) == ("class_not_for_model", "model")
                    assert error["type"] == "permission_error"
                    assert {asked.label, highest.label} <= set(re.findall("„(.*?)“", error["message"]))


@pytest.mark.parametrize(
    ("profile", "highest"),
    [
        ("local", "sozialdaten"),
        ("land", "sozialdaten"),
        ("local-steuer", "steuergeheimnis"),
        ("steuer", "steuergeheimnis"),
    ],
)
def test_the_default_follows_the_profile(profile: Any, highest: str) -> None:
    """TEN-15: what nobody has set; a set one counts in every profile."""
    values = {"tenant": "t", "port": 1, "jwks_url": "http://127.0.0.1:9"}
    assert Settings(profile=profile, **values).highest_class == highest
    low = Settings(profile=profile, **values, protection=ProtectionSettings(highest=ProtectionClass.OFFEN))
    assert low.highest_class == "offen"


@pytest.mark.parametrize("value", ["vs-nfd", "VS-NfD", "INTERN", "", 3, "alles"])
def test_an_unknown_class_stops_the_start(value: object) -> None:
    """TEN-15: a class that is misspelt in the settings allows nothing by accident."""
    for settings in ({"highest": value}, {"models": {"echo": value}}):
        with pytest.raises(ValidationError):
            ProtectionSettings.model_validate(settings)
