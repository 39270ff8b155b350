"""What the tests of conversations share: rosters, forged presses, looking everywhere."""

import csv
import io
import json
import re
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sandbox import Channel, Message, Outcome, Person, Upload
from tests.support.world import ROSTERS, World

MENTEE = "hanacodes70"
MATES = ("hana_codes39", "meera_orbit14")
NAVIGATORS = ("maiadev84", "yara_codes45")
CAPTAIN = "lucia_codes45"
OTHER_MENTEE = "dmytroorbit75"
OTHER_NAVIGATOR = "andrei_dev50"
ORGANIZER = "alexspace68"
"""People of pilot.csv: team Mercury, its captain (also of Venus), team Venus, an organizer."""

MONDAY = datetime(2027, 2, 22, 4, tzinfo=UTC)
"""Half an hour after the first check-in of team Mercury (09:00 in Kolkata is 03:30 UTC)."""

SECRET = "I wrote my very first patch today"

CHECK_IN = "Check in"
PROGRESS = "What did you do or learn?"
OBSTACLES = "What is in your way?"
ENERGY = "How is your energy?"
AUDIENCE = "Who may read this?"
NAME = "What should we call you?"
ZONE = "Your city or timezone"
HOURS = "When are you usually free?"
ABOUT = "One line about you"

HEADER = (
    "discord_username,name,email,role,team,project,timezone,languages,availability,"
    "project_preferences,rank,score"
).split(",")


def roster_rows(name: str = "pilot.csv") -> list[dict[str, str]]:
    """The rows of an example roster."""
    with (ROSTERS / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def row(username: str, role: str, team: str = "", **fields: str) -> dict[str, str]:
    """One row of a roster, with what is not said left usual."""
    usual = {
        "discord_username": username,
        "name": username.title(),
        "email": f"{username}@example.org",
        "role": role,
        "team": team,
        "timezone": "Europe/Berlin",
        "languages": "en",
        "availability": "Mon 09:00-17:00; Wed 09:00-17:00",
    }
    return {**usual, **fields}


def csv_file(rows: Iterable[Mapping[str, str]], name: str = "roster.csv") -> Upload:
    """Rows as the file that an organizer attaches."""
    text = io.StringIO()
    writer = csv.DictWriter(text, HEADER, restval="")
    writer.writeheader()
    writer.writerows(rows)
    return Upload(name, text.getvalue().encode(), "text/csv")


def said(outcome: Outcome) -> str:
    """Everything an outcome answered with."""
    return "\n".join(message.content for message in outcome.messages)


def only_for(outcome: Outcome, person: Person) -> bool:
    """Whether nobody else sees any of the answers."""
    return bool(outcome.messages) and all(
        message.ephemeral_to == person.id or message.guild_id is None
        for message in outcome.messages
    )


# -- the database, seen from outside --------------------------------------------------------


def _file(world: World) -> str:
    return world.settings.database.url.partition("///")[2]


def dump(world: World, *, without: Sequence[str] = ("fact",)) -> list[str]:
    """Everything stored, line by line, except the rows of some tables."""
    skipped = tuple(f'INSERT INTO "{table}"' for table in without)
    with closing(sqlite3.connect(_file(world))) as connection:
        return [line for line in connection.iterdump() if not line.startswith(skipped)]


def sql(world: World, statement: str, *values: object) -> list[tuple[Any, ...]]:
    """Asks, or changes, the database by hand."""
    with closing(sqlite3.connect(_file(world), timeout=10)) as connection, connection:
        return connection.execute(statement, values).fetchall()


def number(world: World, statement: str, *values: object) -> int:
    """One whole number from the database."""
    return int(sql(world, statement, *values)[0][0])


def delivery_states(world: World, kind: str, username: str) -> list[str]:
    """The states of somebody's deliveries of a kind, in order of their due time."""
    rows = sql(
        world,
        "SELECT d.state FROM delivery d JOIN person p ON p.id = d.person_id"
        " WHERE d.kind = ? AND p.username = ? ORDER BY d.due_at",
        kind,
        username,
    )
    return [state for (state,) in rows]


# -- people acting --------------------------------------------------------------------------


def forged(world: World, person: Person, custom_id: str, place: Channel | None = None) -> Message:
    """A message that only `person` sees, with a button of this custom_id.

    What a changed client would send: Discord does not let people press buttons they cannot see,
    and the bot must not rely on it.
    """
    place = place or world.sandbox.channel(world.guild, "general")
    ids = world.sandbox.world.ids
    message = Message(ids.next(), place.id, place.guild_id, world.application.user, "forged")
    button = {"type": 2, "id": 2, "style": 2, "label": "Press", "custom_id": custom_id}
    message.components = [{"type": 1, "id": 1, "components": [button]}]
    message.ephemeral_to = person.id
    message.flags = 64
    message.application_id = world.application.id
    world.sandbox.world.ephemerals[message.id] = message
    return message


async def press(world: World, person: Person, custom_id: str) -> Outcome:
    """Presses a button by its custom_id, whoever it was meant for."""
    return await world.click(person, forged(world, person, custom_id), custom_id)


async def fill(world: World, person: Person, opened: Outcome, **values: Any) -> Outcome:
    """Sends a form; values by label with spaces written as they are, through `**{...}`."""
    assert opened.modal is not None, said(opened)
    done = await person.submit(opened.modal, values)
    await world.settle()
    return done


async def running(world: World, *onboarded: str, roster: str = "pilot.csv") -> None:
    """A launched cohort in which these people have taken the first steps."""
    await world.cohort(roster)
    await world.launch()
    for username in onboarded:
        await world.onboard(username)


async def after_the_first_prompt(world: World, *onboarded: str) -> Person:
    """A running cohort just after its first check-in was asked for; gives `MENTEE`, who joined."""
    await running(world, *(onboarded or (MENTEE,)))
    await world.run_until(MONDAY)
    return world.people[MENTEE]


async def check_in(
    world: World, person: Person, audience: str, progress: str, **more: str
) -> Outcome:
    """Answers this week's check-in."""
    opened = await world.run(person, "/checkin")
    return await fill(world, person, opened, **{PROGRESS: progress, AUDIENCE: audience, **more})


async def second_cohort(
    world: World,
    rows: Sequence[Mapping[str, str]],
    *,
    name: str = "Session 5",
    start: str = "2027-02-22",
    launch: bool = True,
) -> None:
    """Another cohort in the same server, launched unless said otherwise."""
    await world.run(world.admin, "/cohort create", options={"name": name, "start": start})
    await world.run(world.admin, "/cohort import", options={"file": csv_file(rows), "name": name})
    if launch:
        asked = await world.run(world.admin, "/cohort launch", options={"name": name})
        await world.click(world.admin, asked.messages[-1], f"Launch {name}")


# -- looking everywhere ---------------------------------------------------------------------


def places_of(world: World, person: Person) -> list[Channel]:
    """Every channel and thread that somebody can read."""
    everywhere = [*world.guild.channels, *world.guild.threads]
    return [one for one in everywhere if world.sandbox.can_read(person, one)]


def written_in(world: World, name: str) -> list[Message]:
    """What stands in a channel or thread, whoever may read it; without notes of Discord's own."""
    found = world.sandbox.channel(world.guild, name).messages.values()
    return [message for message in found if message.type == 0 and not message.deleted]


def seen_by(world: World, person: Person) -> str:
    """Every text that somebody can read: channels, threads, direct and private messages."""
    messages = [m for place in places_of(world, person) for m in place.messages.values()]
    messages += person.inbox()
    ephemerals = world.sandbox.world.ephemerals.values()
    messages += [one for one in ephemerals if one.ephemeral_to == person.id]
    return "\n".join(text_of(message) for message in messages if not message.deleted)


def text_of(message: Message) -> str:
    """A message with its embeds and files, as text."""
    files = [file.content.decode(errors="replace") for file in message.attachments]
    return "\n".join([message.content, json.dumps(message.embeds), *files])


def direct(person: Person, part: str) -> list[Message]:
    """The direct messages in which `part` occurs."""
    return [message for message in person.inbox() if part in message.content]


# -- the courtesy of every message ----------------------------------------------------------

_TYPED_COMMAND = re.compile(
    r"(?<![\w<*/.])/(?:cohort|organizers|start|checkin|meetings|messages|crew|pause|resume|leave"
    r"|help|deliveries)\b"
)
_LONE_WORDS = {"yes", "no", "ok", "cancel", "confirm", "next", "back", "more", "here", "submit"}


def written(wire: Path) -> Iterator[dict[str, Any]]:
    """The body of every message that the bot wrote or edited and Discord took."""
    for line in wire.read_text(encoding="utf-8").splitlines():
        entry = json.loads(line)
        if entry["kind"] != "request" or entry["status"] >= 400 or not entry["body"]:
            continue
        body, route = entry["body"], entry["route"]
        if route.endswith("/callback") and body.get("type") in {4, 7}:
            yield body.get("data") or {}
        elif ("/messages" in route or "/webhooks" in route) and isinstance(body, dict):
            yield body


def _labels(components: Iterable[dict[str, Any]]) -> Iterator[str]:
    for component in components:
        if component.get("type") == 2:
            yield component.get("label") or ""
        yield from _labels(component.get("components") or ())


def complaints(body: Mapping[str, Any]) -> list[str]:
    """Which courtesy rules a message breaks."""
    content = body.get("content") or ""
    found = []
    if len(content) > 2000:
        found.append(f"{len(content)} characters: {content[:60]!r}")
    if typed := _TYPED_COMMAND.search(content):
        found.append(f"types {typed.group()}: {content[:200]!r}")
    for label in _labels(body.get("components") or ()):
        if len(label.split()) < 2 or label.lower() in _LONE_WORDS or len(label) > 80:
            found.append(f"the label {label!r} is not complete alone")
    allowed = body.get("allowed_mentions") or {}
    pings = allowed.get("parse") or allowed.get("roles") or allowed.get("users")
    greets = content.startswith("Hello <@") and content.count("<@") == 1
    if pings and not (greets and not allowed.get("parse") and not allowed.get("roles")):
        found.append(f"pings {pings}: {content[:60]!r}")
    if "@" in content and "allowed_mentions" not in body:
        found.append(f"leaves it to Discord whom it pings: {content[:60]!r}")
    return found
