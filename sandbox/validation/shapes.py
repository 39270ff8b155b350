"""What kind of value each field of a body is, whichever route it goes to.

Discord uses one name for one kind of thing nearly everywhere, so a single table does for all
routes. It is asked before anything else looks at a body: whoever reads a field after that may rely
on its kind (or on None; what is required is looked at where it is used). Fields that stand in no
table are ignored, as Discord ignores them.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sandbox.errors import Problems
from sandbox.model import Json

Path = tuple[str | int, ...]

LARGEST = 1 << 53
"""Whole numbers are smaller than this, as JSON can be relied on to carry them."""


@dataclass(frozen=True)
class Kind:
    """A kind of value: what it may be, and what Discord says when it is something else."""

    fits: Callable[[Any], bool]
    code: str
    text: str

    def refuse(self, problems: Problems, at: Path, value: Any) -> None:
        """Notes that ``value`` is not of this kind."""
        problems.add(at, self.code, self.text.format(str(value)[:50]))


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _integer(value: Any) -> bool:
    return _whole(value) and -LARGEST < value < LARGEST


def _number(value: Any) -> bool:
    return _integer(value) or (isinstance(value, float) and math.isfinite(value))


def _snowflake(value: Any) -> bool:
    if isinstance(value, str):
        return value.isdecimal() and len(value) < 21
    return _whole(value) and 0 <= value < 10**20


TEXT = Kind(lambda v: isinstance(v, str), "STRING_TYPE_CONVERT", "Could not interpret as string.")
INTEGER = Kind(_integer, "NUMBER_TYPE_COERCE", 'Value "{}" is not int.')
NUMBER = Kind(_number, "NUMBER_TYPE_COERCE", 'Value "{}" is not float.')
FLAG = Kind(lambda v: isinstance(v, bool), "BOOLEAN_TYPE_CONVERT", "Must be either true or false.")
ID = Kind(_snowflake, "NUMBER_TYPE_COERCE", 'Value "{}" is not snowflake.')
SCALAR = Kind(lambda v: not isinstance(v, list | dict), TEXT.code, TEXT.text)
LIST = Kind(
    lambda v: isinstance(v, list),
    "LIST_TYPE_CONVERT",
    "Only iterables may be used in a ListType",
)
MODEL = Kind(
    lambda v: isinstance(v, dict),
    "MODEL_TYPE_CONVERT",
    "Only dictionaries may be used in a ModelType",
)


def _named(kind: Kind, *names: str) -> dict[str, Kind]:
    return {name: kind for line in names for name in line.split()}


FIELDS: dict[str, Kind] = {
    **_named(
        TEXT,
        "content name description topic title label placeholder custom_id url icon_url text nick",
        "filename location timestamp scheduled_start_time scheduled_end_time image unicode_emoji",
    ),
    **_named(
        INTEGER,
        "type flags color accent_color primary_color secondary_color tertiary_color position style",
        "rate_limit_per_user auto_archive_duration min_values max_values min_length max_length",
        "spacing entity_type privacy_level status",
    ),
    **_named(NUMBER, "min_value max_value"),
    **_named(
        FLAG,
        "tts nsfw hoist mentionable archived locked enforce_nonce disabled required default inline",
        "autocomplete spoiler divider dm_permission fail_if_not_exists lock_permissions",
        "replied_user",
    ),
    **_named(
        ID,
        "id channel_id message_id parent_id recipient_id allow deny permissions",
        "default_member_permissions",
    ),
    **_named(SCALAR, "value nonce"),
    **_named(
        MODEL,
        "data emoji component accessory media file thumbnail footer author message_reference",
        "allowed_mentions entity_metadata colors name_localizations description_localizations",
    ),
}
LISTS: dict[str, Kind] = {
    **_named(MODEL, "embeds components attachments options choices fields items default_values"),
    **_named(MODEL, "permission_overwrites"),
    **_named(INTEGER, "contexts integration_types channel_types"),
    **_named(TEXT, "parse"),
    **_named(ID, "roles users messages sticker_ids"),
}
"""Fields that are lists, and what stands in them."""
ELSEWHERE: dict[str, dict[str, Kind]] = {
    "embeds": {**FIELDS, "type": TEXT, "image": MODEL},
    "default_values": {**FIELDS, "type": TEXT},
}
"""Lists whose objects mean something else by a name."""


def check_shape(body: Json) -> None:
    """Checks every known field of a body; raises the 50035 answer."""
    problems = Problems()
    _check(problems, (), body, FIELDS)
    problems.raise_if_any()


def check_list(body: Any) -> list[Json]:
    """Checks a body that has to be a list of objects; gives it."""
    problems = Problems()
    if not isinstance(body, list):
        LIST.refuse(problems, (), body)
        problems.raise_if_any()
    _check_list(problems, (), body, MODEL, FIELDS)
    problems.raise_if_any()
    return list(body)


def _check(problems: Problems, at: Path, body: Json, fields: dict[str, Kind]) -> None:
    for name, value in body.items():
        if value is None:
            continue
        if name in LISTS:
            if isinstance(value, list):
                inside = ELSEWHERE.get(name, FIELDS)
                _check_list(problems, (*at, name), value, LISTS[name], inside)
            else:
                LIST.refuse(problems, (*at, name), value)
            continue
        kind = fields.get(name)
        if kind is None:
            continue
        if not kind.fits(value):
            kind.refuse(problems, (*at, name), value)
        elif name.endswith("_localizations"):
            for locale, text in value.items():
                if not isinstance(text, str | None):
                    TEXT.refuse(problems, (*at, name, locale), text)
        elif kind is MODEL:
            _check(problems, (*at, name), value, FIELDS)


def _check_list(
    problems: Problems, at: Path, values: list[Any], kind: Kind, fields: dict[str, Kind]
) -> None:
    for i, value in enumerate(values):
        if not kind.fits(value):
            kind.refuse(problems, (*at, i), value)
        elif kind is MODEL:
            _check(problems, (*at, i), value, fields)
