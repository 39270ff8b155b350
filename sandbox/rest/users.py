"""Users, the application itself, and where the gateway is."""

from __future__ import annotations

from sandbox import payloads
from sandbox.errors import invalid, refuse
from sandbox.model import Json
from sandbox.rest.routing import Call, route
from sandbox.validation.names import integer


@route("GET", "/users/@me")
async def me(call: Call) -> Json:
    """The bot's own user."""
    return payloads.own_user(call.me)


@route("GET", "/users/@me/guilds")
async def my_guilds(call: Call) -> list[Json]:
    """The guilds that the bot is in."""
    return [
        {
            "id": str(one.id),
            "name": one.name,
            "icon": None,
            "banner": None,
            "owner": False,
            "permissions": "0",
            "features": [],
        }
        for one in call.world.guilds.values()
        if call.me.id in one.member_map
    ]


@route("GET", "/users/{user_id}")
async def get_user(call: Call) -> Json:
    """Any user."""
    user = call.world.users.get(call.number("user_id"))
    if user is None:
        raise refuse(10013)
    return payloads.user(user)


@route("POST", "/users/@me/channels")
async def open_direct(call: Call) -> Json:
    """The direct message channel with a user; it exists also when they take no messages."""
    if "recipient_id" not in call.data:
        raise invalid(("recipient_id",), "BASE_TYPE_REQUIRED", "This field is required")
    user = call.world.users.get(integer(call.data["recipient_id"], "recipient_id"))
    if user is None:
        raise refuse(10013)
    if user.bot:
        raise refuse(50007)
    known = call.world.directs.get((call.me.id, user.id))
    if known is None or not known.messages:
        call.world.undocumented.direct_opened(call.app.id, user.id)
    return payloads.channel(call.world.direct(call.me, user))


@route("GET", "/applications/@me")
@route("GET", "/oauth2/applications/@me")
async def application(call: Call) -> Json:
    """The bot's application; its owner is the first guild's owner."""
    guild = next(iter(call.world.guilds.values()), None)
    owner = call.world.users[guild.owner_id] if guild else call.me
    return payloads.application(call.app, owner)


@route("GET", "/gateway", public=True)
async def gateway(call: Call) -> Json:
    """Where the gateway is."""
    return {"url": call.world.base_url.replace("http", "ws", 1) + "/gateway"}


@route("GET", "/gateway/bot")
async def gateway_bot(call: Call) -> Json:
    """Where the gateway is, and how many shards and sessions are in order."""
    starts = call.world.session_starts
    guilds = sum(call.me.id in one.member_map for one in call.world.guilds.values())
    return {
        **await gateway(call),
        "shards": starts.shards(guilds),
        "session_start_limit": starts.limit(call.app.id),
    }
