# SPDX-License-Identifier: EUPL-1.2
"""Alembic's entry: runs on the connection that `genius_gateway.migrate` hands over."""

from alembic import context

context.configure(connection=context.config.attributes["connection"], transaction_per_migration=True)
with context.begin_transaction():
    context.run_migrations()
