# SPDX-License-Identifier: EUPL-1.2
"""How busy the models are is told to the gateway's own token alone."""

from genius_inference.testing import RunningServer
from tests.support.inference import AUTHORITY, Keys, message, running_inference


def test_load_counts_what_is_at_the_model_and_is_no_users_to_see(model_server: RunningServer, keys: Keys) -> None:
    """PER-01, QUO-05: in flight by authority while answers are read, nothing afterwards; 401 and 403 for others."""
    model_server.script(delay_s=0.05)
    maintenance = {"authorization": f"Bearer {keys.token(authority=None, scopes=frozenset({'maintenance'}))}"}
    with running_inference(keys, upstream={"url": model_server.url}) as service, service.client() as client:
        body = message("eins zwei drei vier fünf sechs sieben acht", stream=True)
        with client.stream("POST", "/v1/chat/completions", json=body) as answer:
            lines = answer.iter_lines()
            next(lines)
            load = client.get("/load", headers=maintenance).json()
            assert (load["in_flight"], load["authorities"]) == (1, {str(AUTHORITY): 1})
            for _ in lines:
                pass
        load = client.get("/load", headers=maintenance).json()
        assert (load["in_flight"], load["authorities"], load["limit"]) == (0, {}, 128)
        assert client.get("/load").status_code == 403
        assert client.get("/load", headers={"authorization": "Bearer x"}).status_code == 401
