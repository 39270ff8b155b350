"""Moments keep their meaning, and what is told in confidence is unreadable in the file."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from cryptography.fernet import Fernet
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import LargeBinary, cast, select
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import StatementError

from bot.storage.engine import Database
from bot.storage.tables import CheckIn, FormDraft, Guild
from bot.storage.types import Cipher, UTCDateTime
from tests.storage.rows import GUILD, NOW, add, cohort, guild, person, team
from tests.support.database import KEY

MARKER = "I told nobody that I struggle with Zwölfeck"
OTHER_KEY = Fernet.generate_key().decode()


async def keep(store: Database, text: str | None = MARKER, user_id: int = 1) -> None:
    async with store.write() as uow:
        uow.session.add(FormDraft(user_id=user_id, form="x", values=text, saved_at=NOW))
        await uow.commit()


async def kept(store: Database, user_id: int = 1) -> str:
    async with store.read() as session:
        return (await session.get_one(FormDraft, (user_id, "x"))).values


def written_to(url: str) -> bytes:
    """Everything in the database's files: the log of what is not in the main one yet, too."""
    path = Path(url.removeprefix("sqlite+aiosqlite:///"))
    files = sorted(path.parent.glob(f"{path.name}*"))
    assert path in files
    return b"".join(file.read_bytes() for file in files)


async def raw(store: Database, user_id: int = 1) -> bytes:
    async with store.read() as session:
        column = cast(FormDraft.values, LargeBinary)
        found = await session.scalar(select(column).where(FormDraft.user_id == user_id))
        assert found is not None
        return bytes(found)


@pytest.mark.parametrize(
    "moment",
    [
        datetime(2027, 3, 14, 1, 59, 59, 123456, ZoneInfo("America/New_York")),
        datetime(2027, 4, 4, 2, 30, tzinfo=ZoneInfo("Pacific/Chatham"), fold=1),
        datetime(2027, 2, 22, 9, tzinfo=ZoneInfo("Asia/Kathmandu")),
        datetime(2027, 2, 22, 9, tzinfo=UTC),
    ],
)
async def test_a_moment_comes_back_as_the_same_moment_in_utc(
    store: Database, moment: datetime
) -> None:
    async with store.write() as uow:
        uow.session.add(Guild(id=GUILD, name="x", created_at=moment))
        await uow.commit()
    async with store.read() as session:
        found = (await session.get_one(Guild, GUILD)).created_at
        same = await session.scalar(select(Guild.id).where(Guild.created_at == moment))
    assert found == moment
    assert found.utcoffset() == timedelta(0)
    assert same == GUILD


async def test_moments_are_compared_as_moments_whatever_their_zone(store: Database) -> None:
    early = datetime(2027, 2, 22, 9, tzinfo=ZoneInfo("Pacific/Auckland"))
    late = datetime(2027, 2, 22, 8, tzinfo=ZoneInfo("America/Los_Angeles"))
    async with store.write() as uow:
        for number, moment in enumerate((late, early)):
            uow.session.add(Guild(id=GUILD + number, name="x", created_at=moment))
        await uow.commit()
    async with store.read() as session:
        ordered = list(await session.scalars(select(Guild.id).order_by(Guild.created_at)))
    assert ordered == [GUILD + 1, GUILD]


async def test_a_naive_moment_is_refused(store: Database) -> None:
    naive = datetime(2027, 2, 22, 9)  # noqa: DTZ001
    async with store.write() as uow:
        uow.session.add(Guild(id=GUILD, name="x", created_at=naive))
        with pytest.raises(StatementError, match="needs a timezone"):
            await uow.session.flush()


async def test_a_naive_moment_is_refused_in_a_question_too(store: Database) -> None:
    naive = datetime(2027, 2, 22, 9)  # noqa: DTZ001
    async with store.read() as session:
        with pytest.raises(StatementError, match="needs a timezone"):
            await session.execute(select(Guild).where(Guild.created_at < naive))


@given(
    st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1)),  # noqa: DTZ001
    st.timezones(),
    st.integers(0, 1),
)
def test_any_zone_round_trips(wall: datetime, zone: ZoneInfo, fold: int) -> None:
    moment = wall.replace(tzinfo=zone, fold=fold)
    kind, dialect = UTCDateTime(), sqlite.dialect()
    stored = kind.process_bind_param(moment, dialect)
    assert stored is not None
    assert stored.tzinfo is None
    back = kind.process_result_value(stored, dialect)
    assert back is not None
    assert back.tzinfo is UTC
    assert back == moment.astimezone(UTC)


async def test_confidential_text_is_not_in_the_file(database_url: str) -> None:
    store = Database(database_url, [KEY])
    await keep(store)
    async with store.write() as uow:
        home = cohort()
        mia = person("mia")
        await add(uow.session, guild(), home, mia)
        mercury = team(home)
        await add(uow.session, mercury)
        uow.session.add(
            CheckIn(
                cohort_id=home.id,
                team_id=mercury.id,
                person_id=mia.id,
                week=1,
                state="answered",
                audience="captain",
                progress=MARKER,
                obstacles=MARKER,
                energy=MARKER,
                answered_at=NOW,
            )
        )
        await uow.commit()
    assert await kept(store) == MARKER
    while_open = written_to(database_url)
    await store.close()
    for written in (while_open, written_to(database_url)):
        assert b"answered" in written, "this is not the file that was written to"
        assert MARKER.encode() not in written
        assert MARKER[:12].encode() not in written
        assert MARKER.encode("utf-16-le") not in written


async def test_confidential_text_is_unreadable_to_whoever_reads_the_table(store: Database) -> None:
    await keep(store)
    await keep(store, "", user_id=2)
    assert MARKER.encode() not in await raw(store)
    assert await kept(store) == MARKER
    assert await kept(store, 2) == ""


async def test_nothing_told_stays_nothing(store: Database) -> None:
    async with store.write() as uow:
        home = cohort()
        mia = person("mia")
        await add(uow.session, guild(), home, mia)
        mercury = team(home)
        await add(uow.session, mercury)
        skipped = CheckIn(
            cohort_id=home.id,
            team_id=mercury.id,
            person_id=mia.id,
            week=1,
            state="skipped",
            answered_at=NOW,
        )
        await add(uow.session, skipped)
        await uow.commit()
    async with store.read() as session:
        assert (await session.get_one(CheckIn, skipped.id)).progress is None


async def test_the_first_key_writes_and_every_key_reads(store_url: str, store: Database) -> None:
    await keep(store, "old")
    rotated = Database(store_url, [OTHER_KEY, KEY])
    await keep(rotated, "new", user_id=2)
    assert await kept(rotated) == "old"
    assert await kept(rotated, 2) == "new"
    assert Fernet(OTHER_KEY).decrypt(await raw(rotated, 2)) == b"new"
    await rotated.close()
    only_new = Database(store_url, [OTHER_KEY])
    assert await kept(only_new, 2) == "new"
    with pytest.raises(ValueError, match="a key that is missing"):
        await kept(only_new)
    await only_new.close()


async def test_a_wrong_key_says_so_and_shows_nothing(store_url: str, store: Database) -> None:
    await keep(store)
    token = await raw(store)
    stranger = Database(store_url, [OTHER_KEY])
    with pytest.raises(ValueError, match="a key that is missing") as caught:
        await kept(stranger)
    shown = f"{caught.value!r} {caught.value.__context__!r} {caught.value.__cause__!r}"
    assert MARKER not in shown
    assert token.decode()[:20] not in shown
    await stranger.close()


async def test_an_error_of_the_database_does_not_carry_what_people_wrote(store: Database) -> None:
    await keep(store)
    with pytest.raises(Exception, match=r"UNIQUE|unique") as caught:
        await keep(store)
    assert MARKER not in str(caught.value)


@pytest.mark.parametrize("keys", [[], ["no key"], [KEY, "x" * 44]])
def test_keys_that_are_none_are_refused(keys: list[str]) -> None:
    with pytest.raises(ValueError, match="key"):
        Cipher(keys)
