"""Teams may have dates of their own; changes are shown before they are made"""

import sqlalchemy as sa
from alembic import op

from bot.storage import types

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("team") as batch_op:
        batch_op.add_column(sa.Column("start", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("weeks", sa.SmallInteger(), nullable=True))
    op.create_table(
        "cohort_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cohort_id", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=True),
        sa.Column("start", sa.Date(), nullable=True),
        sa.Column("weeks", sa.SmallInteger(), nullable=True),
        sa.Column("timezone", sa.String(length=64), nullable=True),
        sa.Column("prompt_weekday", sa.SmallInteger(), nullable=True),
        sa.Column("prompt_time", sa.Time(), nullable=True),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("shown_at", types.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["cohort_id"], ["cohort.id"], name=op.f("fk_cohort_change_cohort_id_cohort")
        ),
        sa.ForeignKeyConstraint(
            ["team_id"], ["team.id"], name=op.f("fk_cohort_change_team_id_team")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cohort_change")),
    )
    op.create_index(op.f("ix_cohort_change_cohort_id"), "cohort_change", ["cohort_id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_cohort_change_cohort_id"), table_name="cohort_change")
    op.drop_table("cohort_change")
    with op.batch_alter_table("team") as batch_op:
        batch_op.drop_column("weeks")
        batch_op.drop_column("start")
