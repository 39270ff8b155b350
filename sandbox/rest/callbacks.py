"""The first answer to an interaction."""

from __future__ import annotations

from sandbox import interactions, messaging, payloads
from sandbox.drafts import Draft, draft
from sandbox.errors import ApiError, Problems, invalid, refuse
from sandbox.forms import Modal
from sandbox.interactions import AUTOCOMPLETE, SUBMIT, Interaction
from sandbox.model import COMPONENTS_V2, EPHEMERAL, Json, Message
from sandbox.rest.routing import Call, route
from sandbox.validation.commands import check_choices
from sandbox.validation.modals import check_modal

MESSAGE, DEFERRED, DEFERRED_UPDATE, UPDATE, CHOICES, FORM = 4, 5, 6, 7, 8, 9


@route("POST", "/interactions/{interaction_id}/{interaction_token}/callback", public=True)
async def callback(call: Call) -> Json | None:
    """Answers an interaction once, within 3 s."""
    one = interactions.find(call.world, call.params["interaction_token"], callback=True)
    if one.id != call.number("interaction_id"):
        raise refuse(10062)
    body = call.data
    kind = body.get("type")
    allowed = _allowed(one)
    if kind not in allowed:
        listed = ", ".join(map(str, allowed))
        raise invalid(("type",), "BASE_TYPE_CHOICES", f"Value must be one of {{{listed}}}.")
    message = _answer(call, one, kind, body.get("data"))
    interactions.acknowledge(one)
    call.notes["acknowledged_ms"] = round(one.outcome.ms or 0, 1)
    if call.query.get("with_response", "").lower() not in ("1", "true"):
        call.status = 204
        return None
    head: Json = {"id": str(one.id), "type": one.type}
    answer: Json = {"interaction": head}
    if message is not None:
        head["response_message_id"] = str(message.id)
        head["response_message_loading"] = message.loading
        head["response_message_ephemeral"] = message.ephemeral
        if kind in (MESSAGE, UPDATE):
            answer["resource"] = {"type": kind, "message": payloads.message(message)}
    return answer


def _allowed(one: Interaction) -> tuple[int, ...]:
    if one.type == AUTOCOMPLETE:
        return (CHOICES,)
    kinds: tuple[int, ...] = (MESSAGE, DEFERRED)
    if one.source is not None:
        kinds += (DEFERRED_UPDATE, UPDATE)
    return kinds if one.type == SUBMIT else (*kinds, FORM)


def _answer(call: Call, one: Interaction, kind: int, data: Json | None) -> Message | None:
    world = call.world
    if kind == CHOICES:
        problems = Problems()
        check_choices(problems, ("data", "choices"), (data or {}).get("choices"), one.focused)
        problems.raise_if_any()
        one.outcome.choices = list((data or {}).get("choices") or [])
    elif kind == FORM:
        check_modal(data)
        assert data is not None
        components = messaging.number_components(data["components"])
        one.outcome.modal = Modal(one, data["custom_id"], data["title"], components)
    elif kind == MESSAGE:
        made = draft(data, call.files, at=("data",))
        message = interactions.respond(world, one, made, fresh=True)
        one.original, one.original_ephemeral = message, message.ephemeral
        return message
    elif kind == DEFERRED:
        flags = int((data or {}).get("flags") or 0) & (EPHEMERAL | COMPONENTS_V2)
        message = interactions.respond(
            world, one, Draft({"flags": flags}), loading=True, fresh=True
        )
        one.original, one.original_ephemeral = message, message.ephemeral
        one.outcome.deferred = True
        return message
    elif kind == DEFERRED_UPDATE:
        one.outcome.deferred = True
        one.outcome.updated = one.source
        if one.source is not None:
            world.deferred[one.source.id] = one
    else:
        return _update(call, one, data)
    return None


def _update(call: Call, one: Interaction, data: Json | None) -> Message:
    message = one.source
    if message is None or message.deleted:
        raise refuse(10008)
    made = draft(data, call.files, at=("data",), v2=bool(message.flags & COMPONENTS_V2))
    channel = call.world.channels.get(message.channel_id)
    if channel is None:
        raise ApiError(404, 10003, "Unknown Channel")
    messaging.edit(call.world, message, channel, made)
    one.outcome.updated = message
    return message
