"""Messages and embeds: sizes and shapes of Discord's "Create Message" and "Embed Limits"."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sandbox.errors import Problems, refuse
from sandbox.model import COMPONENTS_V2, Json
from sandbox.validation.components import check_components

Path = tuple[str | int, ...]

FORWARD = 1
"""Of a message reference (else it is a reply)."""
CONTENT, EMBEDS, EMBED_TOTAL, FILES, FILE_BYTES = 2000, 10, 6000, 10, 10 * 1024 * 1024


def check_message(body: Json, files: int, *, at: Path = (), v2: bool = False) -> None:
    """Checks a message body that brings ``files`` new files; raises the 50035 answer.

    ``v2`` says that the message already has components V2 (an edit cannot take that back).
    """
    problems = Problems()
    flags = body.get("flags") or 0
    if not isinstance(flags, int):
        problems.add((*at, "flags"), "NUMBER_TYPE_COERCE", f'Value "{flags}" is not int.')
        flags = 0
    v2 = v2 or bool(flags & COMPONENTS_V2)
    content = body.get("content")
    if content is not None:
        problems.length((*at, "content"), content, 0, CONTENT)
    if v2:
        for key in ("content", "embeds", "sticker_ids", "poll"):
            if body.get(key):
                problems.add(
                    (*at, key),
                    "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2",
                    f"The '{key}' field cannot be used when using MessageFlags.IS_COMPONENTS_V2",
                )
    embeds = body.get("embeds")
    if embeds is not None:
        check_embeds(problems, (*at, "embeds"), embeds)
    components = body.get("components")
    if components is not None:
        check_components(problems, (*at, "components"), components, v2=v2)
    nonce = body.get("nonce")
    if nonce is not None and not _fine_nonce(nonce):
        problems.add((*at, "nonce"), "NONCE_TYPE_MAX_LENGTH", "Must be 25 or fewer in length.")
    mentions = body.get("allowed_mentions")
    if mentions is not None:
        _check_allowed_mentions(problems, (*at, "allowed_mentions"), mentions)
    kept = body.get("attachments")
    if kept is not None and not isinstance(kept, list):
        problems.add((*at, "attachments"), "LIST_TYPE_CONVERT", "Only iterables may be used.")
    elif kept is not None and len(kept) > FILES:
        text = f"Must be {FILES} or fewer in length."
        problems.add((*at, "attachments"), "BASE_TYPE_MAX_LENGTH", text)
    for i, one in enumerate(kept or []):
        if one.get("id") is None:
            problems.required((*at, "attachments", i, "id"))
    reference = body.get("message_reference") or {}
    if reference.get("type") == FORWARD and reference.get("message_id") is None:
        problems.required((*at, "message_reference", "message_id"))
    problems.raise_if_any()
    if files > FILES:
        raise refuse(30015)


def _fine_nonce(nonce: Any) -> bool:
    """Whether a nonce is a number or text, of at most 25 characters."""
    return isinstance(nonce, int | str) and not isinstance(nonce, bool) and len(str(nonce)) <= 25


def check_files(sizes: list[int]) -> None:
    """413 with code 40005 when a file is over 10 MiB."""
    if any(size > FILE_BYTES for size in sizes):
        raise refuse(40005)


def _check_allowed_mentions(problems: Problems, at: Path, mentions: Any) -> None:
    if not isinstance(mentions, dict):
        problems.add(at, "DICT_TYPE_CONVERT", "Only dictionaries may be used.")
        return
    parse = mentions.get("parse") or []
    for i, kind in enumerate(parse):
        problems.choice((*at, "parse", i), kind, ("roles", "users", "everyone"))
    for kind in ("users", "roles"):
        listed = mentions.get(kind) or []
        if listed and kind in parse:
            text = f'parse:["{kind}"] and {kind}: [ids...] are mutually exclusive.'
            problems.add(at, "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE", text)
        if len(listed) > 100:
            problems.add((*at, kind), "BASE_TYPE_MAX_LENGTH", "Must be 100 or fewer in length.")


def check_embeds(problems: Problems, at: Path, embeds: Any) -> None:
    """Checks a list of embeds, each and all together (6000 characters)."""
    if not isinstance(embeds, list):
        problems.add(at, "LIST_TYPE_CONVERT", "Only iterables may be used.")
        return
    if len(embeds) > EMBEDS:
        problems.add(at, "BASE_TYPE_MAX_LENGTH", f"Must be {EMBEDS} or fewer in length.")
    total = 0
    for i, embed in enumerate(embeds):
        if not isinstance(embed, dict):
            problems.add((*at, i), "DICT_TYPE_CONVERT", "Only dictionaries may be used.")
            continue
        total += _check_embed(problems, (*at, i), embed)
        if total > EMBED_TOTAL:
            problems.add(
                (*at, i),
                "MAX_EMBED_SIZE_EXCEEDED",
                f"Embed size exceeds maximum size of {EMBED_TOTAL}",
            )
            break


def _check_embed(problems: Problems, at: Path, embed: Json) -> int:
    """Checks one embed; tells how many characters count towards the total."""
    total = 0

    def text(path: Path, value: Any, low: int, high: int) -> None:
        nonlocal total
        if value is None and not low:
            return
        if problems.length((*at, *path), value, low, high):
            total += len(value)

    text(("title",), embed.get("title"), 0, 256)
    text(("description",), embed.get("description"), 0, 4096)
    text(("footer", "text"), (embed.get("footer") or {}).get("text"), 0, 2048)
    text(("author", "name"), (embed.get("author") or {}).get("name"), 0, 256)
    fields = embed.get("fields") or []
    if len(fields) > 25:
        problems.add((*at, "fields"), "BASE_TYPE_MAX_LENGTH", "Must be 25 or fewer in length.")
    for i, one in enumerate(fields):
        for key, most in (("name", 256), ("value", 1024)):
            given = one.get(key, "")
            text(("fields", i, key), given.strip() if isinstance(given, str) else given, 1, most)
    color = embed.get("color")
    if color is not None and not (isinstance(color, int) and 0 <= color <= 0xFFFFFF):
        text_ = "int value should be between 0 and 16777215."
        problems.add((*at, "color"), "NUMBER_TYPE_MAX", text_)
    for path, url in _urls(embed):
        if not str(url).startswith(("http://", "https://", "attachment://")):
            problems.add((*at, *path), "URL_TYPE_INVALID_URL", "Not a well formed URL.")
    stamp = embed.get("timestamp")
    if stamp is not None:
        try:
            datetime.fromisoformat(str(stamp))
        except ValueError:
            problems.add((*at, "timestamp"), "DATE_TIME_TYPE_PARSE", f"Could not parse {stamp}.")
    if not any(
        embed.get(key)
        for key in ("title", "description", "fields", "footer", "author", "image", "thumbnail")
    ):
        problems.required((*at, "description"))
    return total


def _urls(embed: Json) -> list[tuple[Path, Any]]:
    found: list[tuple[Path, Any]] = []
    if embed.get("url"):
        found.append((("url",), embed["url"]))
    for part, key in (
        ("image", "url"),
        ("thumbnail", "url"),
        ("author", "url"),
        ("author", "icon_url"),
        ("footer", "icon_url"),
    ):
        value = (embed.get(part) or {}).get(key)
        if value:
            found.append(((part, key), value))
    return found
