"""Messages and forms as plain data for the templates, which escape what is not Markup.

Discord's numbers for component types, button styles and message types are those of its
documentation (Interactions, Component Reference; Resources, Message).
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from markupsafe import Markup

from rehearsal.page import markdown, timestamps
from rehearsal.page.markdown import Scene
from rehearsal.page.story import EPHEMERAL, Message, Story, Version

BUTTON_STYLES = {1: "primary", 2: "secondary", 3: "success", 4: "danger", 5: "link", 6: "secondary"}
SELECTS = frozenset({3, 5, 6, 7, 8})
SYSTEM = {
    6: "pinned a message to this channel",
    7: "joined the server",
    18: "started a thread",
}
HUES = 8


@dataclass(frozen=True)
class Pen:
    """Draws what the story holds for one viewer after another."""

    story: Story

    def scene(self, zone: tzinfo, now: datetime) -> Scene:
        """What a viewer in this zone sees at that moment."""
        return Scene(zone, now, self.story.name, self._role, self._channel)

    def message(self, message: Message, version: Version, zone: tzinfo) -> dict[str, Any]:
        """One message as it stood in a version, for a viewer in the zone."""
        body, first = version.body, message.versions[0]
        scene = self.scene(zone, version.at)
        files = message.files
        return {
            **self._author(message.author_id, body),
            "at": timestamps.short_text(first.at, zone),
            "iso": iso(first.at),
            "edited": timestamps.short_text(version.at, zone) if version is not first else "",
            "ephemeral": bool(int(body.get("flags") or 0) & EPHEMERAL),
            "where": "",
            "removed": "",
            "earlier": [],
            "pinned": bool(body.get("pinned")),
            "system": SYSTEM.get(int(body.get("type") or 0), ""),
            "used": _used(body),
            "reply": self._reply(body, scene),
            "content": markdown.render(str(body.get("content") or ""), scene),
            "embeds": [self._embed(one, scene) for one in body.get("embeds") or ()],
            "components": [self._component(one, scene) for one in body.get("components") or ()],
            "attachments": [_attachment(one, files) for one in body.get("attachments") or ()],
        }

    def line(self, message: Message, version: Version, zone: tzinfo) -> str:
        """The first words of a message, without formatting."""
        body, scene = version.body, self.scene(zone, version.at)
        texts = [str(body.get("content") or "")]
        for embed in body.get("embeds") or ():
            texts += [str(embed.get("title") or ""), str(embed.get("description") or "")]
        texts += [str(one.get("content") or "") for one in walk(body) if one.get("type") == 10]
        text = next((one for one in texts if one.strip()), "")
        return markdown.plain_text(text, scene) or "(no text)"

    def plain(self, text: str, scene: Scene) -> str:
        """A text's first line without formatting."""
        return markdown.plain_text(text, scene)

    def form(
        self, modal: dict[str, Any], values: dict[str, Any], zone: tzinfo, at: datetime
    ) -> dict[str, Any]:
        """A form with what a person put in. `values` go by custom id or by label."""
        scene = self.scene(zone, at)
        fields = []
        for one in modal.get("components") or ():
            inner = one.get("component") or next(iter(one.get("components") or ()), one)
            label = str(one.get("label") or inner.get("label") or "")
            custom_id = str(inner.get("custom_id", ""))
            field = self._field(inner, values.get(custom_id, values.get(label)), scene)
            field["label"] = label
            hint = str(one.get("description") or "")
            field["hint"] = markdown.inline(hint, scene) if hint else ""
            fields.append(field)
        return {"title": str(modal.get("title") or "Form"), "fields": fields}

    def _field(self, inner: dict[str, Any], value: Any, scene: Scene) -> dict[str, Any]:
        kind = int(inner.get("type") or 0)
        required = bool(inner.get("required", True))
        if kind == 10:
            text = markdown.render(str(inner.get("content") or ""), scene)
            return {"kind": "text", "text": text, "required": False}
        chosen = value if isinstance(value, list) else [] if value is None else [value]
        picked = {str(one) for one in chosen}
        options = [
            {"label": str(one.get("label", "")), "picked": _is_picked(one, picked)}
            for one in inner.get("options") or ()
        ]
        if options:
            return {"kind": "choice", "options": options, "required": required}
        if kind == 23:
            options = [{"label": str(inner.get("label", "Yes")), "picked": value is True}]
            return {"kind": "choice", "options": options, "required": False}
        typed = "\n".join(self._named(str(one), kind) for one in chosen)
        return {
            "kind": "input",
            "text": typed,
            "tall": inner.get("style") == 2,
            "required": required,
        }

    def _named(self, value: str, kind: int) -> str:
        if kind in SELECTS and value.isdigit():
            return self.story.name(value) or self._role(value) or self._channel(value) or value
        return value

    def _author(self, user_id: str, body: dict[str, Any]) -> dict[str, Any]:
        author = body.get("author") or {}
        name = self.story.name(user_id) or str(author.get("username") or "Somebody")
        initials = "".join(word[0] for word in name.split()[:2] if word) or "?"
        return {
            "name": name,
            "initials": initials.upper(),
            "hue": "bot" if user_id == self.story.bot_id else str(hue(user_id)),
            "bot": bool(author.get("bot")) or user_id == self.story.bot_id,
        }

    def _reply(self, body: dict[str, Any], scene: Scene) -> dict[str, str] | None:
        other = body.get("referenced_message")
        if not other or not other.get("author"):
            return None
        name = self.story.name(str(other["author"].get("id")))
        return {"name": name, "text": markdown.plain_text(str(other.get("content") or ""), scene)}

    def _role(self, role_id: str) -> str:
        for guild in self.story.guilds.values():
            if role_id in guild.roles:
                return str(guild.roles[role_id].get("name", ""))
        return ""

    def _channel(self, channel_id: str) -> str:
        guild = self.story.guild_of(channel_id)
        if guild is None:
            return ""
        channel = guild.channels.get(channel_id) or guild.deleted[channel_id]
        return str(channel.get("name", ""))

    def _embed(self, body: dict[str, Any], scene: Scene) -> dict[str, Any]:
        def text(value: Any) -> Markup:
            return markdown.render(str(value or ""), scene)

        return {
            "colour": colour(body.get("color")),
            "author": str((body.get("author") or {}).get("name") or ""),
            "title": markdown.inline(str(body.get("title") or ""), scene),
            "text": text(body.get("description")),
            "fields": [
                {
                    "name": markdown.inline(str(one.get("name") or ""), scene),
                    "text": text(one.get("value")),
                    "inline": bool(one.get("inline")),
                }
                for one in body.get("fields") or ()
            ],
            "image": _file_name((body.get("image") or {}).get("url")),
            "footer": str((body.get("footer") or {}).get("text") or ""),
            "at": _embed_time(body.get("timestamp"), scene.zone),
        }

    def _component(self, body: dict[str, Any], scene: Scene) -> dict[str, Any]:
        kind = int(body.get("type") or 0)
        inner = [self._component(one, scene) for one in body.get("components") or ()]
        drawn: dict[str, Any] = {"kind": "unknown", "inner": inner}
        if kind == 1:
            drawn["kind"] = "row"
        elif kind == 2:
            emoji = str((body.get("emoji") or {}).get("name") or "")
            label = " ".join(part for part in (emoji, str(body.get("label") or "")) if part)
            style = BUTTON_STYLES.get(int(body.get("style") or 2), "secondary")
            drawn.update(kind="button", label=label or "(no label)", style=style)
            drawn["disabled"] = bool(body.get("disabled"))
        elif kind in SELECTS:
            options = body.get("options") or ()
            chosen = [str(one.get("label")) for one in options if one.get("default")]
            shown = ", ".join(chosen) or str(body.get("placeholder") or "Make a selection")
            drawn.update(kind="select", label=shown, disabled=bool(body.get("disabled")))
            drawn["options"] = [str(one.get("label")) for one in options]
        elif kind == 9:
            drawn["kind"] = "section"
            accessory = body.get("accessory")
            drawn["accessory"] = self._component(accessory, scene) if accessory else None
        elif kind == 10:
            drawn.update(kind="text", text=markdown.render(str(body.get("content") or ""), scene))
        elif kind in (11, 13):
            media = body.get("media") or body.get("file") or {}
            drawn.update(kind="media", names=[_media(media, body.get("description"))])
        elif kind == 12:
            names = [_media(one.get("media"), one.get("description")) for one in body["items"]]
            drawn.update(kind="media", names=names)
        elif kind == 14:
            drawn.update(kind="separator", line=bool(body.get("divider", True)))
        elif kind == 17:
            drawn.update(kind="container", colour=colour(body.get("accent_color")))
        return drawn


def walk(body: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """All components inside a message, a form or a form's submission, outermost first."""
    inner = [*(body.get("components") or ())]
    inner += [body[key] for key in ("component", "accessory") if body.get(key)]
    for one in inner:
        yield one
        yield from walk(one)


def hue(user_id: str) -> int:
    """The avatar colour of a user, 0 to 7, always the same."""
    return zlib.crc32(user_id.encode()) % HUES


def colour(value: Any) -> str:
    """A Discord colour number as CSS; "" for none."""
    if value is None or not 0 < int(value) <= 0xFFFFFF:
        return ""
    return f"#{int(value):06x}"


def iso(moment: datetime) -> str:
    """A moment for a machine, in UTC to the second."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def size_text(size: int) -> str:
    """Bytes for people: 812 bytes, 1.2 kB."""
    return f"{size} bytes" if size < 1000 else f"{size / 1000:.1f} kB"


def _is_picked(option: dict[str, Any], picked: set[str]) -> bool:
    return str(option.get("value")) in picked or str(option.get("label")) in picked


def _attachment(body: dict[str, Any], files: dict[str, str]) -> dict[str, Any]:
    name = str(body.get("filename") or "file")
    return {
        "name": name,
        "size": size_text(int(body.get("size") or 0)),
        "description": str(body.get("description") or ""),
        "picture": str(body.get("content_type") or "").startswith("image/"),
        "text": files.get(name, "").replace("\r\n", "\n"),
    }


def _used(body: dict[str, Any]) -> str:
    """The command that a message answers."""
    name = (body.get("interaction_metadata") or {}).get("name")
    return str(name) if name and int(body.get("type") or 0) == 20 else ""


def _file_name(url: Any) -> str:
    return str(url or "").split("?")[0].rsplit("/", 1)[-1]


def _media(media: Any, description: Any) -> str:
    name = _file_name((media or {}).get("url"))
    return f"{name}: {description}" if description else name


def _embed_time(text: Any, zone: tzinfo) -> str:
    if not text:
        return ""
    moment = timestamps.parse_moment(str(text))
    local = timestamps.short_text(moment, zone)
    return f"{local} ({timestamps.zone_text(moment, zone)})"
