"""What follows the first answer: the original response and follow-ups, for 15 minutes."""

from __future__ import annotations

from sandbox import interactions, messaging, payloads
from sandbox.drafts import draft
from sandbox.errors import refuse
from sandbox.interactions import Interaction
from sandbox.model import COMPONENTS_V2, Channel, Json, Message
from sandbox.rest.routing import Call, route
from sandbox.validation.names import integer

_MESSAGE = "/webhooks/{application_id}/{interaction_token}/messages/{message_id}"


def _interaction(call: Call) -> Interaction:
    one = interactions.find(call.world, call.params["interaction_token"], callback=False)
    if one.app.id != call.number("application_id"):
        raise refuse(10015)
    return one


def _target(call: Call) -> tuple[Interaction, Message, Channel]:
    """The message of the path: @original is the answer, or the message that was updated."""
    one = _interaction(call)
    text = call.params["message_id"]
    if text == "@original":
        message = one.original or (one.outcome.updated if one.answered else None)
    else:
        number = integer(text, "message_id")
        known = [*one.outcome.posted, *([one.source] if one.source else [])]
        message = next((each for each in known if each.id == number), None)
    if message is None or message.deleted:
        raise refuse(10008)
    channel = call.world.channels.get(message.channel_id)
    if channel is None:
        raise refuse(10003)
    return one, message, channel


@route("POST", "/webhooks/{application_id}/{interaction_token}", public=True)
async def follow_up(call: Call) -> Json:
    """A further message. The first one after "is thinking" takes its place."""
    one = _interaction(call)
    if call.world.channels.get(one.channel.id) is None:
        raise refuse(10003)
    made = draft(call.data, call.files)
    waiting = one.original
    if waiting is not None and waiting.loading and not waiting.deleted:
        if made.empty:
            raise refuse(50006)
        messaging.edit(call.world, waiting, one.channel, made)
        message = waiting
    else:
        message = interactions.respond(call.world, one, made)
    one.completed.set()
    return payloads.message(message)


@route("GET", _MESSAGE, public=True)
async def get(call: Call) -> Json:
    """An answer as it is now."""
    return payloads.message(_target(call)[1])


@route("PATCH", _MESSAGE, public=True)
async def change(call: Call) -> Json:
    """Changes an answer; a deferred one arrives by this."""
    one, message, channel = _target(call)
    made = draft(call.data, call.files, v2=bool(message.flags & COMPONENTS_V2))
    messaging.edit(call.world, message, channel, made)
    one.completed.set()
    return payloads.message(message)


@route("DELETE", _MESSAGE, public=True)
async def remove(call: Call) -> None:
    """Deletes an answer."""
    one, message, channel = _target(call)
    messaging.delete(call.world, message, channel)
    one.completed.set()
