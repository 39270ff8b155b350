"""Who may do what. Services ask here, every time; cogs and buttons never decide."""

from dataclasses import dataclass
from enum import IntEnum, StrEnum

from bot.domain.errors import NotAllowed


class Role(StrEnum):
    """Roles of people in a cohort (docs/programme.md)."""

    MENTEE = "mentee"
    NAVIGATOR = "navigator"
    CAPTAIN = "captain"
    ORGANIZER = "organizer"


class Level(IntEnum):
    """How far somebody is trusted in one server, in rising order."""

    STRANGER = 0
    MEMBER = 1
    ORGANIZER = 2
    ADMIN = 3


class Action(StrEnum):
    """What people can ask the bot to do, with who may."""

    CREATE_COHORT = "create a cohort"
    SEE_COHORT = "see a cohort"
    IMPORT_ROSTER = "import a roster"
    LAUNCH_COHORT = "launch a cohort"
    CLOSE_COHORT = "close a cohort"
    CHANGE_COHORT = "change a cohort"
    NAME_ORGANIZERS = "name organizers"
    TAKE_PART = "take part"


_NEEDS: dict[Action, Level] = {
    Action.CREATE_COHORT: Level.ORGANIZER,
    Action.SEE_COHORT: Level.ORGANIZER,
    Action.IMPORT_ROSTER: Level.ORGANIZER,
    Action.LAUNCH_COHORT: Level.ORGANIZER,
    Action.CLOSE_COHORT: Level.ORGANIZER,
    Action.CHANGE_COHORT: Level.ORGANIZER,
    Action.NAME_ORGANIZERS: Level.ADMIN,
    Action.TAKE_PART: Level.MEMBER,
}

_SENTENCES: dict[Level, str] = {
    Level.MEMBER: (
        "I do not know you from a roster of this server yet. "
        "If that surprises you, please tell an organizer your Discord username."
    ),
    Level.ORGANIZER: (
        "That is for organizers. If you should be one, somebody with the Manage Server "
        "permission can name you with `/organizers add`."
    ),
    Level.ADMIN: "That is for people with the Manage Server permission; one of them can help you.",
}


@dataclass(frozen=True)
class Actor:
    """Who asks, and from which server. `manage_guild` is what Discord says about them."""

    guild_id: int
    user_id: int
    manage_guild: bool = False


def level(*, manage_guild: bool, organizer: bool, member: bool) -> Level:
    """The highest level that applies."""
    if manage_guild:
        return Level.ADMIN
    if organizer:
        return Level.ORGANIZER
    return Level.MEMBER if member else Level.STRANGER


def check(action: Action, held: Level) -> None:
    """Raises NotAllowed, with the sentence for the person, unless `held` suffices."""
    needed = _NEEDS[action]
    if held < needed:
        raise NotAllowed(_SENTENCES[needed])
