# SPDX-License-Identifier: EUPL-1.2
"""Time passes for the browser sessions of a running platform: their rows are made older."""

import itertools
import time

from genius_gateway.revocation.service import CHANNEL
from genius_stack.datadir import DataDir
from genius_stack.postgresql.cluster import Cluster
from genius_stack.postgresql.location import locate
from genius_stack.secrets import load_secrets
from genius_stack.services import GATEWAY_DATABASE
from tests.support.platform import Platform

_NOTICED_S = 0.3
_TIMES = itertools.count(1)


def age_sessions(platform: Platform, *, unseen: int = 0, older: int = 0) -> None:
    """As if nobody had asked for `unseen` more minutes, and each login was `older` more minutes ago.

    The gateway believes for 5 s what it has read before. A notice of a revocation makes it read again; the time of this
    one lies a microsecond behind the last that was real, so that it voids nothing else.
    """
    secrets = load_secrets(DataDir(platform.data_dir).secrets)
    cluster = Cluster(locate(platform.data_dir), secrets.postgres_superuser)
    with cluster.connect(GATEWAY_DATABASE) as connection:
        done = connection.execute(
            "UPDATE sessions SET seen_at = seen_at - make_interval(mins => %s),"
            " expires_at = expires_at - make_interval(mins => %s)",
            (unseen, older),
        )
        connection.execute(
            "SELECT pg_notify(%s, person || ' ' || (coalesce(extract(epoch FROM max(at)), 0) + %s * 1e-6))"
            " FROM (SELECT DISTINCT person FROM sessions) AS known"
            " LEFT JOIN revocations ON subject = person GROUP BY person",
            (CHANNEL, next(_TIMES)),
        )
    assert done.rowcount > 0
    time.sleep(_NOTICED_S)
