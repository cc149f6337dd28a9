# SPDX-License-Identifier: EUPL-1.2
"""Alembic environment: always online, on the connection that `genius_retrieval.migrate` hands over."""

from alembic import context

from genius_retrieval.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
