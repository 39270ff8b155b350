"""The number of a delivery in its message: there in every message, and in nobody's way."""

import io
from collections.abc import Callable
from dataclasses import replace

import discord
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.delivery.kinds import Due, OutMessage
from bot.delivery.stamp import row_of, stamped
from bot.domain.deliveries import Courtesy
from bot.ui.actions import ActionButton, buttons
from bot.ui.answers import Interaction, answer
from tests.delivery.conftest import Desk, Renderer
from tests.delivery.launched import channel_of

BIG = 2**53
Maker = Callable[[], OutMessage]


@pytest.fixture
def rates() -> str:
    """How fast messages go is no matter here."""
    return "off"


def plain() -> OutMessage:
    return OutMessage("plain")


def action() -> OutMessage:
    return OutMessage("button", view=buttons(ActionButton("trial:press", 7, label="Press")))


def second_button() -> OutMessage:
    """A link comes first; only buttons of ours can carry a number."""
    view = only_a_link().view
    assert view is not None
    view.add_item(ActionButton("trial:press", label="Press"))
    return OutMessage("two", view=view)


def only_a_link() -> OutMessage:
    view = discord.ui.View(timeout=None)
    view.add_item(discord.ui.Button(label="Site", url="https://example.org"))
    return OutMessage("link", view=view)


def foreign_button() -> OutMessage:
    """As a cog of somebody else's may have: its custom_id is its own."""
    view = discord.ui.View(timeout=None)
    view.add_item(discord.ui.Button(label="Vote", custom_id="vote:yes"))
    return OutMessage("foreign", view=view)


def menu() -> OutMessage:
    view = discord.ui.View(timeout=None)
    choices = [discord.SelectOption(label="Mars")]
    view.add_item(discord.ui.Select(custom_id="lo:trial:menu:1", options=choices))
    return OutMessage("menu", view=view)


def card() -> OutMessage:
    return OutMessage("card", embed=discord.Embed(title="A card", description="of something"))


def footed() -> OutMessage:
    embed = discord.Embed(title="A card").set_footer(text="All times are yours · Message 3 of 4")
    return OutMessage("footed", embed=embed)


def picture() -> OutMessage:
    return OutMessage("picture", files=[discord.File(io.BytesIO(b"a picture"), "a.txt")])


def card_with_button() -> OutMessage:
    message = card()
    return OutMessage(message.content, embed=message.embed, view=action().view)


SHAPES: list[Maker] = [
    plain,
    action,
    second_button,
    only_a_link,
    foreign_button,
    menu,
    card,
    footed,
    picture,
    card_with_button,
]


def rendering(make: Maker) -> Renderer:
    async def render(due: Due) -> OutMessage:
        return make()

    return render


async def on_discord(desk: Desk, row_id: int) -> discord.Message:
    """The message of a delivery, as Discord shows it to the bot."""
    assert desk.world.app is not None
    row = await desk.row(row_id)
    assert row.channel_id is not None
    assert row.message_id is not None
    channel = desk.world.app.client.get_partial_messageable(row.channel_id)
    return await channel.fetch_message(row.message_id)


@pytest.mark.parametrize("make", SHAPES)
async def test_every_message_says_which_it_is(desk: Desk, make: Maker) -> None:
    desk.kind("first", render=rendering(plain))
    desk.kind("trial", render=rendering(make))
    await desk.put("first")
    number = await desk.put("trial")
    message = await on_discord(desk, number)
    assert row_of(message) == number
    # And it says what it said.
    made = make()
    assert message.content == made.content
    if made.embed is not None:
        assert message.embeds[0].title == made.embed.title
        assert message.embeds[0].description == made.embed.description
    if made.view is not None:
        items = [getattr(child, "item", child) for child in made.view.children]
        labels = [getattr(item, "label", None) for item in items]
        shown = [child for row in message.components for child in getattr(row, "children", ())]
        assert [getattr(child, "label", None) for child in shown] == labels


@pytest.mark.parametrize("make", SHAPES)
async def test_an_edit_keeps_the_number(desk: Desk, make: Maker) -> None:
    made = [plain, make]

    async def render(due: Due) -> OutMessage:
        return made[due.edit]()

    desk.kind("trial", render=render)
    number = await desk.put("trial")
    await desk.refresh(number)
    message = await on_discord(desk, number)
    assert message.content == make().content
    assert row_of(message) == number


async def test_a_greeting_in_public_has_one_number(desk: Desk) -> None:
    view = action().view

    async def render(due: Due) -> OutMessage:
        return OutMessage("hello", view=view)  # the same buttons, for both attempts

    desk.kind("hello", Courtesy.ANSWER, render, public_when_closed=True)
    mia, mia_id = await desk.person("mia")
    mia.close_direct_messages()
    number = await desk.put("hello", to=mia_id)
    message = await on_discord(desk, number)
    assert message.channel.id == (await channel_of(desk, "welcome")).id
    assert row_of(message) == number
    assert desk.posts()[0].buttons[0].custom_id == f"lo:trial:press:7~{number}"


async def test_a_button_with_a_number_does_what_it_did(desk: Desk) -> None:
    pressed: list[str] = []

    async def press(interaction: Interaction, arg: str) -> None:
        pressed.append(arg)
        await answer(interaction, "pressed")

    assert desk.world.app is not None
    desk.world.app.client.router.button("trial:press", press)
    desk.kind("trial", render=rendering(action))
    mia, _ = await desk.person("mia")
    await desk.put("trial")
    outcome = await desk.world.click(mia, desk.posts()[0], "Press")
    assert [m.content for m in outcome.messages] == ["pressed"]
    assert pressed == ["7"]


async def test_other_messages_have_none(desk: Desk) -> None:
    mia, _ = await desk.person("mia")
    await mia.write(desk.sandbox.channel(desk.world.guild, "general"), "Message 12")
    assert desk.world.app is not None
    channel = desk.world.app.client.get_partial_messageable(desk.posts()[0].channel_id)
    messages = [message async for message in channel.history()]
    assert [row_of(message) for message in messages] == [None]


@given(st.text("abcdefghij_", min_size=1, max_size=20), st.integers(0, BIG), st.integers(1, BIG))
def test_any_button_is_still_recognised(feature: str, arg: int, number: int) -> None:
    before = ActionButton(f"{feature}:press", arg, label="Press")
    message = stamped(OutMessage("text", view=buttons(before)), number)
    assert message.view is not None
    custom_id = message.view.children[0].item.custom_id  # type: ignore[attr-defined]
    assert len(custom_id) <= 100
    found = ActionButton.__discord_ui_compiled_template__.fullmatch(custom_id)
    assert found is not None
    assert (found["name"], found["arg"]) == (f"{feature}:press", str(arg))


@given(st.text(max_size=200), st.integers(1, BIG), st.integers(1, BIG))
def test_a_second_number_takes_the_place_of_the_first(text: str, one: int, two: int) -> None:
    message = stamped(stamped(action(), one), two)
    assert message.view is not None
    assert message.view.children[0].item.custom_id == f"lo:trial:press:7~{two}"  # type: ignore[attr-defined]
    embed = discord.Embed(title="x").set_footer(text=text)
    given_away = OutMessage("text", embed=embed)
    assert stamped(given_away, one).embed is not embed
    assert embed.footer.text == (text or None) or text.strip() == ""
    footer = stamped(replace(given_away), two).embed
    assert footer is not None
    assert str(footer.footer.text).endswith(f"Message {two}")
