# SPDX-License-Identifier: EUPL-1.2
"""Time passes for the browser sessions of a running platform: their rows are made older."""

from genius_stack.datadir import DataDir
from genius_stack.postgresql.cluster import Cluster
from genius_stack.postgresql.location import locate
from genius_stack.secrets import load_secrets
from genius_stack.services import GATEWAY_DATABASE
from tests.support.platform import Platform

# So long the gateway believes what it has read before.
REMEMBERED_S = 5.0


def age_sessions(platform: Platform, *, unseen: int = 0, older: int = 0) -> None:
    """As if nobody had asked for `unseen` more minutes, and each login was `older` more minutes ago."""
    secrets = load_secrets(DataDir(platform.data_dir).secrets)
    cluster = Cluster(locate(platform.data_dir), secrets.postgres_superuser)
    with cluster.connect(GATEWAY_DATABASE) as connection:
        done = connection.execute(
            "UPDATE sessions SET seen_at = seen_at - make_interval(mins => %s),"
            " expires_at = expires_at - make_interval(mins => %s)",
            (unseen, older),
        )
    assert done.rowcount > 0
