"""What all tables share: naming of constraints, kinds of columns."""

from datetime import datetime
from typing import Annotated

from sqlalchemy import BigInteger, MetaData, String
from sqlalchemy.orm import DeclarativeBase, mapped_column

from bot.storage.types import UTCDateTime

Snowflake = Annotated[int, mapped_column(BigInteger)]
"""An id given by Discord: 64 bits."""

Moment = Annotated[datetime, mapped_column(UTCDateTime)]
"""A moment, stored in UTC, always aware."""

Word = Annotated[str, mapped_column(String(40))]
"""A short word of our own: a state, a role, a kind."""

Name = Annotated[str, mapped_column(String(100))]
"""A name given by people."""


class Base(DeclarativeBase):
    """Constraint names are fixed so that Alembic can rebuild tables on SQLite."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_N_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
