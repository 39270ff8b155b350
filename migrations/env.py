"""Run by Alembic. The connection is handed in by bot.storage.migrate."""

from alembic import context

from bot.storage.tables import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
    user_module_prefix="types.",
    compare_type=True,
)

with context.begin_transaction():
    context.run_migrations()
