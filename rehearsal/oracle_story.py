"""The story of a cohort as the recording tells it: who came, answered, booked, paused and left."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any

from rehearsal.oracle_acts import Act, clicks, confirmed, option, read_acts, runs
from rehearsal.oracle_checkins import Answer, find_answers
from rehearsal.oracle_meetings import Meeting, find_meetings
from rehearsal.oracle_roster import Free, Roster, minutes_free
from rehearsal.oracle_time import DAY, clock_time, instant, reach, weekday_number, zone_named
from rehearsal.oracle_wire import Record, Wire
from rehearsal.oracle_world import Places, find_places, first_world

# A pause ends with the welcome back.
RETURN = clock_time("09:00")
FOREVER = instant("9999-12-31T00:00:00Z")


@dataclass
class Pause:
    """A time of rest. `returns` is the local date given with it, if any."""

    begin: datetime
    end: datetime
    returns: date | None
    resumed: bool = False


@dataclass
class Life:
    """One person's course through the cohort; all moments in UTC."""

    username: str
    user_id: str
    zone: str
    free: Free
    here: list[tuple[datetime, datetime]] = field(default_factory=list)
    joined: list[datetime] = field(default_factory=list)
    went: list[datetime] = field(default_factory=list)
    forms: list[tuple[datetime, str, Free]] = field(default_factory=list)
    pauses: list[Pause] = field(default_factory=list)
    closed: list[tuple[datetime, datetime]] = field(default_factory=list)
    left: datetime = FOREVER
    listed: datetime = FOREVER
    """When the import came that has this person on it."""
    introduced: datetime | None = None
    line: str = ""

    @property
    def onboarded(self) -> datetime:
        """When the form "About you" first succeeded."""
        return self.forms[0][0] if self.forms else FOREVER

    def zone_at(self, moment: datetime) -> str:
        """The person's zone: what they answered by then, else the roster's."""
        said = [zone for at, zone, _ in self.forms if at <= moment]
        return said[-1] if said else self.zone

    def free_at(self, moment: datetime) -> Free:
        """The person's availability as last stated."""
        said = [free for at, _, free in self.forms if at <= moment]
        return said[-1] if said else self.free

    def paused(self, moment: datetime) -> bool:
        """Whether the person rests at a moment."""
        return any(pause.begin <= moment < pause.end for pause in self.pauses)


@dataclass
class Story:
    """Everything the rules are applied to."""

    roster: Roster
    wire: Wire
    acts: list[Act]
    places: Places
    guild_id: str | None
    script: Mapping[str, Any]
    zone: str
    start: date
    weeks: int
    created: datetime = FOREVER
    imported: datetime = FOREVER
    completed: datetime = FOREVER
    """When the whole roster was in: from then on latecomers are expected, too."""
    launched: datetime = FOREVER
    closed: datetime = FOREVER
    lives: dict[str, Life] = field(default_factory=dict)
    strangers: dict[str, Life] = field(default_factory=dict)
    meetings: list[Meeting] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    outages: list[tuple[datetime, datetime]] = field(default_factory=list)

    @cached_property
    def prompt(self) -> tuple[int, Any]:
        """Day of the week (Monday is 0) and wall time of the weekly prompt."""
        cohort = self.script["cohort"]
        return (
            weekday_number(str(cohort.get("prompt_weekday") or "Monday")),
            clock_time(str(cohort.get("prompt_hour") or "09:00")),
        )

    def day(self, week: int, number: int) -> date:
        """Day `number` of week `week`, both counted from one."""
        return self.start + (7 * (week - 1) + number - 1) * DAY

    def wall(self, life: Life, day: date, hour: int) -> datetime:
        """A full hour on a person's own clock, by the zone they have said by then."""
        rough = reach(day, clock_time(f"{hour}:00"), life.zone)
        return reach(day, clock_time(f"{hour}:00"), life.zone_at(rough))

    def outage(self, moment: datetime) -> datetime | None:
        """The end of the scripted outage that covers a moment."""
        return next((end for begin, end in self.outages if begin <= moment < end), None)


def tell(roster: Roster, script: Mapping[str, Any], wire: Wire) -> Story:
    """Put the story together. KeyError or ValueError where the script lacks what it must say."""
    cohort = script["cohort"]
    guild_id = str(script["guild_id"]) if script.get("guild_id") else None
    story = Story(
        roster=roster,
        wire=wire,
        acts=read_acts(wire),
        places=find_places(wire, guild_id, roster.teams),
        guild_id=guild_id,
        script=script,
        zone=str(cohort.get("timezone") or "UTC"),
        start=date.fromisoformat(str(cohort["start"])),
        weeks=int(cohort["weeks"]),
        outages=[
            (instant(str(o.get("from") or o["start"])), instant(str(o.get("until") or o["end"])))
            for o in script.get("outages") or []
        ],
    )
    _organizers_deeds(story)
    _people(story)
    for act in story.acts:
        life = story.lives.get(act.who) or story.strangers.get(act.who)
        if life is not None:
            _deed(life, act)
    _pauses_and_leaving(story)
    story.meetings = find_meetings(story.acts, roster, story.lives)
    story.answers = find_answers(story)
    return story


def _organizers_deeds(story: Story) -> None:
    acts = story.acts
    story.created = next((act.at for act in runs(acts, "cohort create") if act.answered), FOREVER)
    built = [
        record.at
        for record in story.wire.of("event")
        if record.text("event") in ("CHANNEL_CREATE", "GUILD_ROLE_CREATE")
    ]
    for act in confirmed(acts, "launch", "cohort launch"):
        if any(act.at <= at <= act.at + DAY for at in built):
            story.launched = act.at
            break
    story.imported, story.completed = _imports(story)
    for act in confirmed(acts, "close", "cohort close"):
        if act.at > story.launched:
            story.closed = act.at
            break


def _imports(story: Story) -> tuple[datetime, datetime]:
    """When a roster was first taken in before the launch, and when the whole one was.

    A file that was refused is smaller than any roster; the whole roster is a file of its size.
    """
    sizes: dict[str, int] = {}
    for record in story.wire.of("event"):
        if record.text("event") == "INTERACTION_CREATE":
            files = (record.part("body").get("data") or {}).get("resolved", {}).get("attachments")
            sizes[str(record.part("body").get("id"))] = sum(
                int(file.get("size") or 0) for file in (files or {}).values()
            )
    asked = [act for act in runs(story.acts, "cohort import") if act.answered]
    if not asked:
        return FOREVER, FOREVER
    whole = [act for act in asked if sizes.get(act.interaction) == story.roster.size]
    early = [act for act in asked if act.at <= story.launched] or asked
    first = max(early, key=lambda act: sizes.get(act.interaction, 0))
    return first.at, whole[0].at if whole else first.at


def _people(story: Story) -> None:
    wire, roster = story.wire, story.roster
    personas = (story.script.get("personas") or {}).items()
    closed = {name.lower() for name, persona in personas if persona.get("closed_dms")}
    late = {name.lower() for name, persona in personas if persona.get("late")}
    for username, user_id in wire.people.items():
        known = username in roster.people
        zone = roster.row(username).zone if known else story.zone
        free = roster.row(username).free if known else frozenset()
        life = Life(username, user_id, zone, free)
        if known:
            life.listed = story.completed if username in late else story.imported
        if username in closed:
            life.closed.append((wire.start.at, FOREVER))
        (story.lives if known else story.strangers)[username] = life
    by_id = {life.user_id: life for life in [*story.lives.values(), *story.strangers.values()]}
    world = first_world(wire.start, story.guild_id)
    for life in by_id.values():
        if life.user_id in world.members:
            life.here.append((wire.start.at, FOREVER))
    for record in wire.of("event"):
        _come_and_go(by_id, world.id, record)


def _come_and_go(by_id: dict[str, Life], guild: str, record: Record) -> None:
    event, body = record.text("event"), record.part("body")
    if event not in ("GUILD_MEMBER_ADD", "GUILD_MEMBER_REMOVE"):
        return
    life = by_id.get(str(body["user"]["id"]))
    if life is None or str(body.get("guild_id")) != guild:
        return
    if event == "GUILD_MEMBER_ADD":
        life.joined.append(record.at)
        life.here.append((record.at, FOREVER))
    else:
        life.went.append(record.at)
        if life.here:
            life.here[-1] = (life.here[-1][0], record.at)


def _deed(life: Life, act: Act) -> None:
    if act.what == "close_dms" and not any(end > act.at for _, end in life.closed):
        life.closed.append((act.at, FOREVER))
    elif act.what == "open_dms" and life.closed:
        life.closed[-1] = (life.closed[-1][0], min(act.at, life.closed[-1][1]))
    elif act.what == "submit" and _receipt(act):
        zone = zone_named(act.field("timezone", "city")) or life.zone_at(act.at)
        hours = act.field("free", "availab")
        life.forms.append((act.at, zone, _hours(hours) or life.free_at(act.at)))
        life.line = act.field("one line", "about you") or life.line


def _receipt(act: Act) -> bool:
    """Only the receipt of a form that was taken offers to post the introduction."""
    form = act.name.startswith("lo:onboarding:")
    return form and any(button.startswith("lo:onboarding:introduce:") for button in act.buttons)


def _hours(text: str) -> Free:
    try:
        return minutes_free(text)
    except ValueError:
        return frozenset()


def _pauses_and_leaving(story: Story) -> None:
    for act in confirmed(story.acts, "leave", "leave"):
        life = story.lives.get(act.who)
        if life is not None and life.left == FOREVER:
            life.left = act.at
    for act in clicks(story.acts, "lo:onboarding:introduce:"):
        life = story.lives.get(act.who)
        if life is not None and life.introduced is None and act.answered:
            life.introduced = act.at
    for act in confirmed(story.acts, "pause", "pause"):
        life = story.lives.get(act.who)
        if life is not None:
            _rest(life, act)
    for act in runs(story.acts, "resume"):
        life = story.lives.get(act.who)
        for pause in life.pauses if life is not None and act.answered else ():
            if pause.begin <= act.at < pause.end:
                pause.end, pause.resumed = act.at, True


def _rest(life: Life, act: Act) -> None:
    said = option(act, "until", "return", "back")
    try:
        returns = date.fromisoformat(said) if said else None
    except ValueError:
        return
    end = FOREVER
    if returns is not None:
        end = reach(returns, RETURN, life.zone_at(act.at))
        if end <= act.at:
            return
    for earlier in life.pauses:
        if earlier.end > act.at:
            earlier.end, earlier.resumed = act.at, True
    life.pauses.append(Pause(act.at, end, returns))
