"""Interactions from their dispatch to their last follow-up, and what a person sees of them.

Acknowledged within 3 s of wall time, else unknown (10062); the token then serves for 15 minutes
of the given clock ("Receiving and Responding to Interactions").
"""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass, field
from datetime import timedelta

from sandbox import payloads, permissions
from sandbox.drafts import Draft
from sandbox.errors import refuse
from sandbox.forms import Modal
from sandbox.messaging import fill, post
from sandbox.model import (
    DM,
    EPHEMERAL,
    LOADING,
    Application,
    Channel,
    Json,
    Message,
    User,
)
from sandbox.snowflakes import created_at
from sandbox.world import World

COMMAND, COMPONENT, AUTOCOMPLETE, SUBMIT = 2, 3, 4, 5
TOKEN_LIFE = timedelta(minutes=15)


@dataclass(eq=False)
class Outcome:
    """What came of something that a person did; stays live as follow-ups and edits arrive."""

    interaction_id: int
    posted: list[Message] = field(default_factory=list)
    modal: Modal | None = None
    updated: Message | None = None
    deferred: bool = False
    choices: list[Json] = field(default_factory=list)
    ms: float = 0.0
    """Wall milliseconds until it was acknowledged."""
    failed: str | None = None

    @property
    def messages(self) -> list[Message]:
        """First answer and follow-ups, without deleted ones and without "is thinking"."""
        return [one for one in self.posted if not one.deleted and not one.loading]

    @property
    def message(self) -> Message | None:
        """The first answer, if there is one."""
        return next(iter(self.messages), None)


@dataclass(eq=False)
class Interaction:
    """One interaction, known to the bot by its id and token."""

    id: int
    token: str
    type: int
    app: Application
    user: User
    channel: Channel
    outcome: Outcome
    message: Message | None = None
    trigger: Interaction | None = None
    focused: int = 3
    """Type of the option that is being completed."""
    command_name: str = ""
    started: float = 0.0
    answered: bool = False
    dead: bool = False
    original: Message | None = None
    original_ephemeral: bool = False
    acknowledged: asyncio.Event = field(default_factory=asyncio.Event)
    completed: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def source(self) -> Message | None:
        """The message whose component led here, also through a form."""
        if self.message is not None:
            return self.message
        return self.trigger.message if self.trigger else None

    def metadata(self) -> Json:
        """``interaction_metadata`` of the messages that answer it."""
        body: Json = {
            "id": str(self.id),
            "type": self.type,
            "user": payloads.user(self.user),
            "authorizing_integration_owners": owners(self.channel),
        }
        if self.type == COMMAND:
            body["name"] = self.command_name
        elif self.type == COMPONENT and self.message is not None:
            body["interacted_message_id"] = str(self.message.id)
        elif self.type == SUBMIT and self.trigger is not None:
            body["triggering_interaction_metadata"] = self.trigger.metadata()
        return body


def owners(channel: Channel) -> Json:
    """``authorizing_integration_owners`` of a guild-installed application."""
    return {"0": str(channel.guild_id or 0)}


def payload(world: World, one: Interaction, data: Json) -> Json:
    """The body of INTERACTION_CREATE."""
    channel = one.channel
    bot_rights = permissions.DIRECT
    guild = world.guild_of(channel)
    if guild is not None:
        bot_rights = world.rights(one.app.user, channel)
    body: Json = {
        "id": str(one.id),
        "application_id": str(one.app.id),
        "type": one.type,
        "token": one.token,
        "version": 1,
        "data": data,
        "channel_id": str(channel.id),
        "channel": payloads.channel(channel),
        "app_permissions": str(bot_rights),
        "locale": one.user.locale,
        "context": 1 if channel.type == DM else 0,
        "authorizing_integration_owners": owners(channel),
        "entitlements": [],
        "entitlement_sku_ids": [],
        "attachment_size_limit": 10 * 1024 * 1024,
    }
    if guild is None:
        body["user"] = payloads.user(one.user)
    else:
        rights = str(world.rights(one.user, channel))
        member = payloads.member(guild.member_map[one.user.id])
        body["member"] = {**member, "permissions": rights}
        body["channel"]["permissions"] = rights
        body["guild_id"] = str(guild.id)
        body["guild"] = {"id": str(guild.id), "locale": guild.locale, "features": []}
        body["guild_locale"] = guild.locale
    if one.source is not None:
        body["message"] = payloads.message(one.source)
    return body


async def perform(
    world: World,
    one: Interaction,
    data: Json,
    *,
    acknowledge_within: float,
    answer_within: float,
) -> Outcome:
    """Sends an interaction and waits: until acknowledged, and if deferred until answered.

    ``acknowledge_within`` and ``answer_within`` are wall seconds.
    """
    loop = asyncio.get_running_loop()
    world.interactions[one.token] = one
    one.started = loop.time()
    world.emit("INTERACTION_CREATE", payload(world, one, data), app=one.app)
    try:
        if world.listening(one.app):
            await asyncio.wait_for(one.acknowledged.wait(), acknowledge_within)
    except TimeoutError:
        one.dead = not one.answered
    if not one.answered:
        one.dead = True
        one.outcome.failed = f"not acknowledged within {acknowledge_within:g} s"
        return one.outcome
    if one.outcome.deferred and not one.completed.is_set():
        # A deferred update need never be followed by anything; a "thinking" must.
        patience = answer_within if one.original is not None else min(answer_within, 1.0)
        try:
            await asyncio.wait_for(one.completed.wait(), patience)
        except TimeoutError:
            if one.original is not None:
                one.outcome.failed = f"deferred, and no answer within {patience:g} s"
    return one.outcome


def new_token() -> str:
    """An interaction token: opaque, unguessable."""
    return secrets.token_urlsafe(48)


def find(world: World, token: str, *, callback: bool) -> Interaction:
    """The interaction of a token; 10062 for a callback, 50027 for its webhook."""
    one = world.interactions.get(token)
    if one is None:
        raise refuse(10062 if callback else 50027)
    age = world.now() - created_at(one.id)
    if callback:
        if one.dead:
            raise refuse(10062)
        if one.answered:
            raise refuse(40060)
        if age > TOKEN_LIFE:
            raise refuse(10062)
    elif age > TOKEN_LIFE:
        raise refuse(50027)
    elif not one.answered:
        raise refuse(10015)
    return one


def acknowledge(one: Interaction) -> None:
    """Notes that the bot answered in time."""
    one.answered = True
    one.outcome.ms = (asyncio.get_running_loop().time() - one.started) * 1000
    one.acknowledged.set()


def respond(
    world: World, one: Interaction, made: Draft, *, loading: bool = False, fresh: bool = False
) -> Message:
    """Makes an answer or a follow-up; ephemeral when its flags say so."""
    if made.empty and not loading:
        raise refuse(50006)
    message = Message(world.ids.next(), one.channel.id, one.channel.guild_id, one.app.user)
    message.type = 20 if one.type == COMMAND and fresh else 19 if one.source and fresh else 0
    if message.type == 19 and one.source is not None:
        message.reference = {
            "type": 0,
            "message_id": str(one.source.id),
            "channel_id": str(one.channel.id),
        }
        if one.channel.guild_id is not None:
            message.reference["guild_id"] = str(one.channel.guild_id)
    message.application_id = one.app.id
    message.interaction_metadata = one.metadata()
    fill(world, message, one.channel, made, new=True)
    if message.flags & EPHEMERAL:
        message.ephemeral_to = one.user.id
    if loading:
        message.flags |= LOADING
    post(world, message, one.channel)
    one.outcome.posted.append(message)
    return message
