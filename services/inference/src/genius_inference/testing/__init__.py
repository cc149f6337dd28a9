# SPDX-License-Identifier: EUPL-1.2
"""The scripted model server: a documented test double of an OpenAI-compatible server, shipped with the product.

It behaves deterministically and badly on demand: it echoes, obeys what a text tells it, cites numbered sources, is
slow, cuts, hangs, answers errors; it counts tokens (words) and records what it received and when a client left.

- in a test: `with scripted_server() as server:` (own thread), then `server.url`, `server.script(…)`, `server.log()`
- as a program: `python -m genius_inference.testing --port 0` prints its base URL
"""

from genius_inference.testing.behaviour import Behaviour, Cut
from genius_inference.testing.server import Record, ScriptedServer
from genius_inference.testing.thread import RunningServer, scripted_server

__all__ = ["Behaviour", "Cut", "Record", "RunningServer", "ScriptedServer", "scripted_server"]
