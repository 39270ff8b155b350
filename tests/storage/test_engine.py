"""Units of work: rollback by default, no lost updates, listeners only after a commit."""

import asyncio
import threading

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import create_async_engine

from bot.storage.engine import Database, Topic
from bot.storage.migrate import migrate
from bot.storage.tables import Cohort, Delivery, Fact, Guild, OneOnOne
from tests.storage.rows import GUILD, NOW, add, cohort, guild, membership, offer, person, team
from tests.support.database import KEY


async def guilds(store: Database) -> int:
    async with store.read() as session:
        return await session.scalar(select(func.count()).select_from(Guild)) or 0


async def test_what_is_not_committed_is_gone(store: Database) -> None:
    async with store.write() as uow:
        await add(uow.session, guild())
        assert await uow.session.get(Guild, GUILD) is not None
    assert await guilds(store) == 0


async def test_what_is_committed_stays(store: Database) -> None:
    async with store.write() as uow:
        await add(uow.session, guild())
        await uow.commit()
    assert await guilds(store) == 1


async def test_an_error_takes_everything_back(store: Database) -> None:
    async def breaks() -> None:
        async with store.write() as uow:
            await add(uow.session, guild())
            raise RuntimeError("midway")

    with pytest.raises(RuntimeError, match="midway"):
        await breaks()
    assert await guilds(store) == 0
    async with store.write() as uow:
        await add(uow.session, guild())
        await uow.commit()
    assert await guilds(store) == 1


async def test_after_a_commit_the_next_step_is_uncommitted_again(store: Database) -> None:
    async with store.write() as uow:
        await add(uow.session, guild())
        await uow.commit()
        await add(uow.session, guild(GUILD + 1))
    assert await guilds(store) == 1


async def count_up(store: Database) -> None:
    async with store.write() as uow:
        fact = await uow.session.get_one(Fact, "count")
        seen = int(fact.value)
        await asyncio.sleep(0.01)  # the others get their chance to read the same
        fact.value = str(seen + 1)
        await uow.commit()


async def counted(store: Database) -> str:
    async with store.read() as session:
        return (await session.get_one(Fact, "count")).value


@pytest.fixture
async def counter(store: Database) -> None:
    async with store.write() as uow:
        uow.session.add(Fact(key="count", value="0"))
        await uow.commit()


async def test_five_read_modify_writes_at_once_lose_none(store: Database, counter: None) -> None:
    await asyncio.gather(*(count_up(store) for _ in range(5)))
    assert await counted(store) == "5"


async def test_writers_with_engines_of_their_own_lose_none(
    store: Database, store_url: str, counter: None
) -> None:
    others = [Database(store_url, [KEY]) for _ in range(2)]
    await asyncio.gather(*(count_up(one) for one in (store, *others) for _ in range(3)))
    for one in others:
        await one.close()
    assert await counted(store) == "9"


async def test_a_reader_does_not_wait_for_a_writer_and_sees_no_half_work(store: Database) -> None:
    async with store.write() as uow:
        await add(uow.session, guild())
        async with asyncio.timeout(2):
            assert await guilds(store) == 0
        await uow.commit()
    assert await guilds(store) == 1


async def test_a_reader_keeps_one_view_to_its_end(store: Database) -> None:
    async with store.read() as session:
        assert await session.scalar(select(func.count()).select_from(Guild)) == 0
        async with store.write() as uow:
            await add(uow.session, guild())
            await uow.commit()
        assert await session.scalar(select(func.count()).select_from(Guild)) == 0
    assert await guilds(store) == 1


async def test_foreign_keys_hold(store: Database) -> None:
    async with store.write() as uow:
        uow.session.add(person("mia", guild_id=GUILD + 7))
        with pytest.raises(IntegrityError):
            await uow.session.flush()


async def test_a_row_that_others_point_to_is_not_deleted(store: Database) -> None:
    async with store.write() as uow:
        await add(uow.session, guild(), person("mia"))
        await uow.commit()
    async with store.write() as uow:
        await uow.session.delete(await uow.session.get_one(Guild, GUILD))
        with pytest.raises(IntegrityError):
            await uow.session.flush()


async def test_one_time_is_booked_once_however_many_try(store: Database) -> None:
    async with store.write() as uow:
        home, captain = cohort(), person("captain")
        mentees = [person("mia"), person("noa"), person("ola")]
        await add(uow.session, guild(), home, captain, *mentees)
        offers = [offer(home, mentee, captain, 1) for mentee in mentees]
        await add(uow.session, *offers)
        await uow.commit()

    def meeting(number: int, state: str = "booked", **more: int) -> OneOnOne:
        facts = {
            "cohort_id": home.id,
            "offer_id": offers[number].id,
            "captain_id": captain.id,
            "mentee_id": mentees[number].id,
        }
        return OneOnOne(
            **(facts | more), starts_at=NOW, ends_at=NOW, state=state, booked_at=NOW, sequence=0
        )

    async def book(row: OneOnOne) -> bool:
        async with store.write() as uow:
            uow.session.add(row)
            try:
                await uow.commit()
            except IntegrityError:
                return False
            return True

    results = await asyncio.gather(*(book(meeting(number)) for number in range(3)))
    assert sorted(results) == [False, False, True]
    taken = results.index(True)
    # The same mentee with another captain at that time is as impossible as the other way round.
    assert not await book(meeting(taken, captain_id=mentees[taken - 1].id))
    # One that was cancelled does not stand in the way, in any number.
    assert await book(meeting(taken, "cancelled"))
    assert await book(meeting(taken, "cancelled"))


async def test_two_roles_in_one_team_are_two_rows_and_the_same_twice_is_refused(
    store: Database,
) -> None:
    async with store.write() as uow:
        home, mia = cohort(), person("mia")
        await add(uow.session, guild(), home, mia)
        mercury = team(home)
        await add(uow.session, mercury)
        for role in ("navigator", "captain"):
            await add(uow.session, membership(home, mia, role, mercury))
        await uow.commit()
    async with store.write() as uow:
        uow.session.add(membership(home, mia, "captain", mercury))
        with pytest.raises(IntegrityError):
            await uow.session.flush()


async def test_ids_of_discord_fit(store: Database) -> None:
    largest = 2**63 - 1
    async with store.write() as uow:
        await add(uow.session, guild(largest), person("mia", guild_id=largest, user_id=largest))
        await uow.commit()
    async with store.read() as session:
        assert (await session.get_one(Guild, largest)).id == largest


async def test_a_cohort_comes_back_as_it_was_written(store: Database) -> None:
    async with store.write() as uow:
        await add(uow.session, guild(), written := cohort(name="Šessión 4 🚀"))
        await uow.commit()
    async with store.read() as session:
        found = await session.get_one(Cohort, written.id)
    for column in Cohort.__table__.columns:
        assert getattr(found, column.name) == getattr(written, column.name), column


async def test_listeners_hear_of_a_commit_and_of_nothing_else(store: Database) -> None:
    heard: list[str] = []
    store.listen(Topic.DELIVERIES, lambda: heard.append("deliveries"))
    store.listen(Topic.ROLES, lambda: heard.append("roles"))
    async with store.write() as uow:
        await add(uow.session, guild())
        uow.touch(Topic.DELIVERIES)
        await uow.session.flush()
        assert heard == []
    assert heard == [], "a rollback is nothing to hear of"
    async with store.write() as uow:
        await add(uow.session, guild())
        uow.touch(Topic.DELIVERIES)
        uow.touch(Topic.DELIVERIES)
        await uow.commit()
        assert heard == ["deliveries"]
        await uow.commit()
    assert heard == ["deliveries"]


async def test_what_a_listener_is_told_of_can_be_read(store: Database) -> None:
    seen: list[asyncio.Task[int]] = []
    store.listen(
        Topic.DELIVERIES, lambda: seen.append(asyncio.create_task(guilds(store), name="look"))
    )
    async with store.write() as uow:
        await add(uow.session, guild())
        uow.touch(Topic.DELIVERIES)
        await uow.commit()
    assert await seen[0] == 1


async def test_a_commit_that_fails_wakes_nobody(store: Database) -> None:
    heard: list[int] = []
    store.listen(Topic.DELIVERIES, lambda: heard.append(1))
    async with store.write() as uow:
        uow.session.add(person("mia", guild_id=GUILD + 7))
        uow.touch(Topic.DELIVERIES)
        with pytest.raises(IntegrityError):
            await uow.commit()
    assert heard == []


async def test_what_is_due_is_found_by_an_index(database_url: str, db: Database) -> None:
    question = select(Delivery.id).where(Delivery.not_before <= NOW)
    compiled = question.compile(dialect=(await bind_of(db)))
    async with db.read() as session:
        connection = await session.connection()
        rows = await connection.exec_driver_sql(
            f"EXPLAIN QUERY PLAN {compiled}", ("2027-02-15 09:00:00",)
        )
        plan = " ".join(str(row) for row in rows)
    assert "ix_delivery_not_before" in plan


async def bind_of(store: Database) -> Dialect:
    async with store.read() as session:
        return (await session.connection()).dialect


@pytest.mark.postgres
async def test_connections_that_the_server_closed_are_replaced(postgres_url: str) -> None:
    await migrate(postgres_url)
    store, other = Database(postgres_url, [KEY]), create_async_engine(postgres_url)
    async with store.write() as uow:
        await add(uow.session, guild())
        await uow.commit()
    async with other.begin() as connection:
        await connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )
    assert await guilds(store) == 1
    await store.close()
    await other.dispose()


# -- cancellation and the end ----------------------------------------------------------------------


async def keep_writing(store: Database) -> None:
    while True:
        async with store.write() as uow:
            fact = await uow.session.get_one(Fact, "count")
            fact.value = str(int(fact.value) + 1)
            await uow.commit()
        await counted(store)


async def test_tasks_can_be_cancelled_at_any_moment(
    store: Database, counter: None, caplog: pytest.LogCaptureFixture
) -> None:
    for wait in range(12):
        tasks = [asyncio.create_task(keep_writing(store)) for _ in range(3)]
        await asyncio.sleep(0.01 + wait / 700)
        for task in tasks:
            task.cancel()
        results = await asyncio.gather(*tasks, return_exceptions=True)
        assert {type(result) for result in results} == {asyncio.CancelledError}
    before = int(await counted(store))
    await count_up(store)
    assert int(await counted(store)) == before + 1
    assert caplog.records == [], "no connection was torn apart"


async def test_closing_waits_for_what_is_under_way_and_lets_nobody_in(
    store_url: str, store: Database, counter: None, caplog: pytest.LogCaptureFixture
) -> None:
    other = Database(store_url, [KEY])
    begun = asyncio.Event()

    async def slow() -> None:
        async with other.write() as uow:
            fact = await uow.session.get_one(Fact, "count")
            begun.set()
            await asyncio.sleep(0.2)
            fact.value = "slow but sure"
            await uow.commit()

    task = asyncio.create_task(slow())
    await begun.wait()
    await other.close()
    assert task.done()
    assert await counted(store) == "slow but sure"
    with pytest.raises(asyncio.CancelledError, match="closed"):
        await counted(other)
    assert caplog.records == []


async def test_closing_leaves_no_thread_behind(database_url: str) -> None:
    before = set(threading.enumerate())
    other = Database(database_url, [KEY])
    tasks = [asyncio.create_task(guilds(other)) for _ in range(4)]
    await asyncio.sleep(0.005)
    tasks[0].cancel()
    await other.close()
    await asyncio.gather(*tasks, return_exceptions=True)
    left = set(threading.enumerate()) - before
    for thread in left:
        thread.join(2)
    assert not [thread for thread in left if thread.is_alive()]
