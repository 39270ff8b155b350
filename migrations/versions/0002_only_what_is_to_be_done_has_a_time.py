"""Only what is to be done has a time; what an earlier attempt may have sent is known"""

import sqlalchemy as sa
from alembic import op

from bot.storage import types

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("delivery") as batch_op:
        batch_op.add_column(sa.Column("unsure_since", types.UTCDateTime(), nullable=True))
        batch_op.add_column(sa.Column("wording", sa.String(length=2000), nullable=True))
        batch_op.alter_column("not_before", existing_type=types.UTCDateTime(), nullable=True)
        batch_op.drop_index("ix_delivery_state_not_before")
        batch_op.create_index("ix_delivery_guild_state", ["guild_id", "state", "due_at"])
        batch_op.create_index("ix_delivery_not_before", ["not_before"])
        batch_op.create_index("ix_delivery_place_sent", ["place", "sent_at"])
    delivery = sa.table(
        "delivery",
        sa.column("state"),
        sa.column("stale", sa.Boolean),
        sa.column("not_before"),
        sa.column("due_at"),
        sa.column("unsure_since"),
    )
    # What was being sent when the bot stopped may be there: it is looked for.
    op.execute(
        delivery.update()
        .where(delivery.c.state == "claimed")
        .values(unsure_since=delivery.c.not_before)
    )
    waits = (delivery.c.state == "planned") | ((delivery.c.state == "sent") & delivery.c.stale)
    op.execute(delivery.update().where(~waits).values(not_before=None))


def downgrade() -> None:
    delivery = sa.table(
        "delivery", sa.column("not_before"), sa.column("due_at"), sa.column("state")
    )
    op.execute(
        delivery.update()
        .where(delivery.c.not_before.is_(None))
        .values(not_before=delivery.c.due_at)
    )
    # An older bot knows no row that an organizer stopped; set aside, it is not sent either.
    op.execute(delivery.update().where(delivery.c.state == "stopped").values(state="parked"))
    with op.batch_alter_table("delivery") as batch_op:
        batch_op.drop_index("ix_delivery_place_sent")
        batch_op.drop_index("ix_delivery_not_before")
        batch_op.drop_index("ix_delivery_guild_state")
        batch_op.alter_column("not_before", existing_type=types.UTCDateTime(), nullable=False)
        batch_op.drop_column("wording")
        batch_op.drop_column("unsure_since")
    op.create_index("ix_delivery_state_not_before", "delivery", ["state", "not_before"])
