"""How long a recorded check-in takes beside a bare echo, one by one and fifty at once."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta

from benchmarks.playground import Playground
from bot.clock import SystemClock
from bot.domain.policy import Role
from bot.storage.tables import Cohort, Delivery, Guild, Membership, Person, ServerObject, Team
from sandbox import Message, Modal
from sandbox import Person as Account

PEOPLE = 50
MENTORS = {"navigator": Role.NAVIGATOR, "captain": Role.CAPTAIN}
ONE_BY_ONE = 200
ROUNDS = 10
ANSWER = {"What did you do or learn?": "Ticket 12345", "Who may read this?": "mentors"}


async def answers() -> list[str]:
    """Milliseconds until an answer, and answers a second at fifty at once."""
    lines = []
    async with Playground() as here, here.run_bare():
        people = await _people(here)
        lines += await _measure("bare echo", _Echo(here), people[len(MENTORS) :])
    async with Playground() as here:
        people = await _people(here)
        await _cohort(here, people)
        async with here.run_bot():
            what = _CheckIn(await _prompt(here))
            lines += await _measure("recorded check-in", what, people[len(MENTORS) :])
    return lines


async def _people(here: Playground) -> list[Account]:
    names = [f"mentee{number}" for number in range(PEOPLE)]
    people = [here.sandbox.create_person(name) for name in (*MENTORS, *names)]
    for person in people:
        await person.join(here.guild)
    return people


class _Echo:
    def __init__(self, here: Playground) -> None:
        self._here = here

    async def prepare(self, _person: Account) -> None:
        return None

    async def ask(self, person: Account, _prepared: None) -> float:
        return (await person.run("/echo", guild=self._here.guild, text="hello")).ms


class _CheckIn:
    def __init__(self, prompt: Message) -> None:
        self._prompt = prompt

    async def prepare(self, person: Account) -> Modal:
        opened = await person.click(self._prompt, "Check in")
        assert opened.modal is not None
        return opened.modal

    async def ask(self, person: Account, modal: Modal) -> float:
        return (await person.submit(modal, ANSWER)).ms


async def _measure(name: str, what: _Echo | _CheckIn, people: list[Account]) -> list[str]:
    prepare: Callable[[Account], Awaitable[object]] = what.prepare
    ask: Callable[[Account, object], Awaitable[float]] = what.ask  # type: ignore[assignment]
    single = []
    for number in range(ONE_BY_ONE):
        person = people[number % PEOPLE]
        single.append(await ask(person, await prepare(person)))
    together: list[float] = []
    seconds = 0.0
    for _ in range(ROUNDS):
        ready = [await prepare(person) for person in people]
        began = time.perf_counter()
        pairs = zip(people, ready, strict=True)
        together += await asyncio.gather(*(ask(person, thing) for person, thing in pairs))
        seconds += time.perf_counter() - began
    return [
        f"{name}: one by one median {statistics.median(single):.1f} ms; {PEOPLE} at once median "
        f"{statistics.median(together):.1f} ms, {PEOPLE * ROUNDS / seconds:.0f} a second"
    ]


async def _cohort(here: Playground, people: list[Account]) -> None:
    """A running cohort with one large team, whose first prompt is due."""
    clock = SystemClock()
    now = clock.now()
    channel = here.sandbox.channel(here.guild, "general")
    async with here.db.write() as uow:
        add = uow.session.add
        add(Guild(id=here.guild.id, name="Bench", created_at=now))
        await uow.session.flush()
        cohort = Cohort(
            guild_id=here.guild.id,
            name="Session 4",
            start=now.date(),
            weeks=8,
            timezone="UTC",
            prompt_weekday=now.weekday(),
            prompt_time=now.time().replace(microsecond=0),
            state="running",
            created_at=now,
            launched_at=now,
        )
        add(cohort)
        await uow.session.flush()
        team = Team(cohort_id=cohort.id, name="Mercury", project="Django", position=0)
        add(team)
        await uow.session.flush()
        for number, account in enumerate(people):
            person = Person(
                guild_id=here.guild.id,
                username=account.user.username,
                user_id=account.id,
                name=account.user.username,
                timezone="UTC",
                joined_at=now,
                onboarded_at=now,
            )
            add(person)
            await uow.session.flush()
            role = MENTORS.get(account.user.username, Role.MENTEE)
            add(
                Membership(
                    cohort_id=cohort.id,
                    person_id=person.id,
                    team_id=team.id,
                    role=role,
                    position=number,
                )
            )
        place = f"team:{team.id}:channel"
        add(ServerObject(guild_id=here.guild.id, key=place, discord_id=channel.id, intended_at=now))
        add(
            Delivery(
                guild_id=here.guild.id,
                cohort_id=cohort.id,
                kind="checkin_prompt",
                subject=f"team:{team.id}",
                occurrence="week:1",
                place=place,
                zone="UTC",
                courtesy="post",
                due_at=now,
                rule="bench",
                not_before=now,
                last_useful_at=now + timedelta(days=2),
                state="planned",
                attempts=0,
                stale=False,
            )
        )
        await uow.commit()


async def _prompt(here: Playground) -> Message:
    channel = here.sandbox.channel(here.guild, "general")
    while True:
        for message in channel.messages.values():
            if any(button.label == "Check in" for button in message.buttons):
                return message
        await asyncio.sleep(0.05)
