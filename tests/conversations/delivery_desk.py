"""What the tests of `/deliveries` share: rows, lists and previews."""

from datetime import timedelta

from sandbox import Message
from tests.conversations.acting import MONDAY, number, only_for, press, said, sql, text_of
from tests.support.world import World

LOOK_AT = "Look at check-in of week {}, {}"
TEXT = "Text"
WORDS = "Hello team, this week we ask you by hand."
SECOND_MONDAY = MONDAY + timedelta(days=7)
PUBLIC = {
    "checkin_prompt",
    "checkin_shared",
    "home",
    "introduction",
    "organizer_note",
    "team_farewell",
    "team_welcome",
}


def prompt(world: World, week: int = 1, team: str = "Mercury") -> int:
    """The row of a team's check-in."""
    return number(
        world,
        "SELECT d.id FROM delivery d JOIN team t ON d.subject = 'team:' || t.id"
        " WHERE d.kind = 'checkin_prompt' AND t.name = ? AND d.occurrence = ?",
        team,
        f"week:{week}",
    )


def state(world: World, delivery: int) -> tuple[str, str | None]:
    """A row's state and reason."""
    (found,) = sql(world, "SELECT state, reason FROM delivery WHERE id = ?", delivery)
    return found


def park(world: World, where: str, reason: str) -> int:
    """Makes rows fail as the sender does; how many they are."""
    rows = sql(
        world,
        "UPDATE delivery SET state = 'parked', reason = ?, not_before = NULL"  # noqa: S608
        f" WHERE {where} RETURNING id",
        reason,
    )
    return len(rows)


def labels(message: Message) -> list[str]:
    return [button.label or "" for button in message.buttons]


def drawn(message: Message) -> str:
    """Everything that can be read in a message."""
    return "\n".join([text_of(message), *labels(message)])


async def looked_at(world: World, delivery: int) -> Message:
    """The preview of a delivery, as the admin gets it."""
    seen = await press(world, world.admin, f"lo:deliveries:look:{delivery}")
    assert only_for(seen, world.admin)
    assert "Preview" in text_of(seen.messages[-1]), said(seen)
    return seen.messages[-1]


async def listed(world: World, label: str = "") -> Message:
    """The answer of `/deliveries`, or the list that one of its buttons leads to."""
    asked = await world.run(world.admin, "/deliveries")
    assert only_for(asked, world.admin)
    message = asked.messages[0]
    if label:
        button = next(one for one in labels(message) if one.startswith(label))
        await world.click(world.admin, message, button)
    return message
