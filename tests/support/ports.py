# SPDX-License-Identifier: EUPL-1.2
"""Ports for servers that tests start: no outgoing connection and no other test takes one before it is bound."""

import itertools
import secrets

from genius_stack.ports import is_free

# Below what Linux gives to outgoing connections (from 32768), beside what `genius up` takes (from 20000).
_RANGE = range(10_000, 20_000)
_turn = itertools.count(secrets.randbelow(len(_RANGE)))


def free_port() -> int:
    """A loopback port that nobody listens on. Each call gives another one, processes begin at random places."""
    for turn in itertools.islice(_turn, len(_RANGE)):
        port = _RANGE[turn % len(_RANGE)]
        if is_free(port):
            return port
    raise RuntimeError("no free port on 127.0.0.1")
