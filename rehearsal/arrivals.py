"""How people come: joining the server, reading the greeting, filling in "About you"."""

from __future__ import annotations

from datetime import date, timedelta

from rehearsal.cast import Actor
from rehearsal.lines import Lines
from sandbox import Message, Outcome

OPEN = "lo:onboarding:open:"
INTRODUCE = "lo:onboarding:introduce:"


async def arrive(actor: Actor, day: date, *, lost: bool = False, introduces: bool) -> None:
    """Joins on a local date and takes the first steps. `lost`: first names a city that is none."""
    await actor.some_hour(day)
    if actor.persona.closed_dms:
        actor.person.close_direct_messages()
        await actor.moments()
    await actor.person.join(actor.play.stage.guild)
    await actor.hours(0.1, 20)
    await first_steps(actor, lost=lost, introduces=introduces)


async def first_steps(actor: Actor, *, lost: bool = False, introduces: bool) -> None:
    """Presses "Get started" and fills in the form."""
    opened = await actor.press(_greeting(actor), OPEN, "the greeting")
    if opened is None:
        return
    values = {}
    if actor.row.role == "mentee" or actor.rng.random() < 0.5:
        values["one_line"] = Lines(actor.rng).about()
    if lost:
        taken = await actor.submit(opened.modal, your_city="Atlantis", **values)
        opened = await actor.confirm(taken, "onboarding:open")
        if opened is None:
            return
        values = {}
    receipt = await actor.submit(
        opened.modal, **({"your_city": actor.zone} if lost else {}), **values
    )
    if receipt is None or not _taken(receipt):
        actor.play.trouble(actor.name, "the form About you was not taken")
        return
    actor.onboarded = actor.now
    if introduces:
        await actor.confirm(receipt, "onboarding:introduce")


def _taken(receipt: Outcome) -> bool:
    return any(
        (button.custom_id or "").startswith(INTRODUCE)
        for message in receipt.messages
        for button in message.buttons
    )


def _greeting(actor: Actor) -> Message | None:
    """The greeting: in direct messages, or in #welcome where those are closed."""
    mine = actor.direct(OPEN)
    welcome = actor.play.stage.place("welcome")
    if mine is None and welcome is not None:
        for message in actor.person.read(welcome):
            mentioned = actor.person.user in message.mentions
            if mentioned and any((b.custom_id or "").startswith(OPEN) for b in message.buttons):
                mine = message
    return mine


async def hello(actor: Actor, team: str) -> None:
    """Says hello in the team's channel some time before the start."""
    await actor.some_hour(actor.play.start - timedelta(days=1))
    if actor.onboarded is None:
        return
    await actor.moments(3, 20)  # roles and channels come shortly after the form
    channel = actor.play.stage.team_channel(team)
    if channel is None or channel not in actor.person.channels(actor.play.stage.guild):
        actor.play.trouble(actor.name, f"does not see the channel of team {team}")
        return
    await actor.person.write(channel, Lines(actor.rng).hello())


async def visit(actor: Actor, day: date) -> None:
    """Somebody who is on no roster looks in, and leaves it at that."""
    await actor.some_hour(day)
    await actor.person.join(actor.play.stage.guild)
    await actor.hours(0.1, 3)
    await actor.home(OPEN)
