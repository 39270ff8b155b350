"""Courtesy: quiet hours, caps, and what comes all the same; against a judge written otherwise."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.domain.courtesy import (
    Attention,
    Caps,
    Drop,
    Expire,
    Go,
    Verdict,
    Wait,
    decide,
    decide_late_post,
    decide_post,
)
from bot.domain.deliveries import Courtesy
from bot.domain.wallclock import Quiet
from tests.domain.strategies import ZONES, moments_2027, zones

ANSWER, MUST, REGULAR, POST = Courtesy.ANSWER, Courtesy.MUST, Courtesy.REGULAR, Courtesy.POST
NUDGE = Courtesy.NUDGE
USUAL = Quiet()
BERLIN = ZoneInfo("Europe/Berlin")
MINUTE = timedelta(minutes=1)
FREE = Attention(sent=0, must_ahead=0, cap=3)
FULL = Attention(sent=3, must_ahead=0, cap=3)

moments = moments_2027.map(lambda wall: wall.replace(second=0, microsecond=0, tzinfo=UTC))
usefuls = st.integers(-120, 10 * 24 * 60).map(lambda minutes: timedelta(minutes=minutes))
attentions = st.builds(
    Attention, st.integers(0, 6), st.integers(0, 3), st.integers(1, 5), st.integers(0, 3)
)
quiets = st.sampled_from(
    [USUAL, Quiet(time(22), time(7)), Quiet(time(0), time(6)), Quiet(time(12), time(13, 30))]
)


# -- the judge: it looks at the wall clock minute by minute, and knows no arithmetic of zones ------


def wall(moment: datetime, zone: ZoneInfo) -> str:
    return moment.astimezone(zone).strftime("%H:%M")


def may_ring(moment: datetime, zone: ZoneInfo, quiet: Quiet) -> bool:
    begins, ends, now = f"{quiet.start:%H:%M}", f"{quiet.end:%H:%M}", wall(moment, zone)
    if begins < ends:
        return now < begins or now >= ends
    return ends <= now < begins


def first_that_may_ring(moment: datetime, zone: ZoneInfo, quiet: Quiet) -> datetime:
    while not may_ring(moment, zone, quiet):
        moment += MINUTE
    return moment


def iso_week(moment: datetime, zone: ZoneInfo) -> tuple[int, int]:
    return moment.astimezone(zone).isocalendar()[:2]


def first_of_next_week(moment: datetime, zone: ZoneInfo) -> datetime:
    week = iso_week(moment, zone)
    while iso_week(moment + timedelta(hours=1), zone) == week:
        moment += timedelta(hours=1)
    while iso_week(moment, zone) == week:
        moment += MINUTE
    return moment


def judge(
    now: datetime,
    courtesy: Courtesy,
    useful: datetime,
    zone: ZoneInfo,
    quiet: Quiet,
    attention: Attention,
) -> str:
    """What the programme's rules say, in words."""
    if useful < now:
        return "too late"
    if courtesy is ANSWER:
        return "now"
    morning = first_that_may_ring(now, zone, quiet)
    if morning != now:
        if morning <= useful:
            return "in the morning"
        return "now" if courtesy is MUST else "too late"
    if courtesy is NUDGE:
        coming = attention.must_ahead + attention.regular_ahead
        return "now" if attention.sent + coming + 1 <= attention.cap else "never"
    full = attention.sent + attention.must_ahead >= attention.cap
    return "when there is room" if courtesy is REGULAR and full else "now"


@given(moments, st.sampled_from(Courtesy), usefuls, zones, quiets, attentions)
@example(datetime(2027, 3, 28, 0, 30, tzinfo=UTC), REGULAR, timedelta(days=2), BERLIN, USUAL, FREE)
def test_the_verdict_is_the_judges(
    now: datetime,
    courtesy: Courtesy,
    useful_for: timedelta,
    zone: ZoneInfo,
    quiet: Quiet,
    attention: Attention,
) -> None:
    useful = now + useful_for
    verdict = decide(now, courtesy, useful, zone, quiet, attention)
    match judge(now, courtesy, useful, zone, quiet, attention):
        case "now":
            assert verdict == Go()
        case "too late":
            assert verdict == Expire()
        case "never":
            assert isinstance(verdict, Drop)
        case "in the morning":
            assert verdict == Wait(first_that_may_ring(now, zone, quiet), "quiet hours")
        case _:
            assert isinstance(verdict, Wait | Expire)
            check_postponed(verdict, now, useful, zone, quiet)


def check_postponed(
    verdict: Verdict, now: datetime, useful: datetime, zone: ZoneInfo, quiet: Quiet
) -> None:
    """Over the cap: the first chance of the next local week, or never."""
    chance = first_that_may_ring(first_of_next_week(now, zone), zone, quiet)
    if chance <= useful:
        assert isinstance(verdict, Wait)
        assert verdict.until == chance
    else:
        assert verdict == Expire()


@given(moments, st.sampled_from(Courtesy), usefuls, zones, quiets, attentions)
def test_a_wait_ends_ahead_while_useful_and_in_allowed_hours(
    now: datetime,
    courtesy: Courtesy,
    useful_for: timedelta,
    zone: ZoneInfo,
    quiet: Quiet,
    attention: Attention,
) -> None:
    verdict = decide(now, courtesy, now + useful_for, zone, quiet, attention)
    if isinstance(verdict, Wait):
        assert now < verdict.until <= now + useful_for
        assert may_ring(verdict.until, zone, quiet)


@given(moments, usefuls.filter(lambda d: d >= timedelta(0)), zones, quiets, attentions)
def test_an_answer_always_comes_at_once(
    now: datetime, useful_for: timedelta, zone: ZoneInfo, quiet: Quiet, attention: Attention
) -> None:
    assert decide(now, ANSWER, now + useful_for, zone, quiet, attention) == Go()


@given(moments, usefuls.filter(lambda d: d >= timedelta(0)), zones, quiets, attentions)
def test_what_must_come_is_never_dropped(
    now: datetime, useful_for: timedelta, zone: ZoneInfo, quiet: Quiet, attention: Attention
) -> None:
    verdict = decide(now, MUST, now + useful_for, zone, quiet, attention)
    assert not isinstance(verdict, Expire)
    if isinstance(verdict, Go) and not may_ring(now, zone, quiet):
        assert first_that_may_ring(now, zone, quiet) > now + useful_for, "it could have waited"


# -- a whole week of one person --------------------------------------------------------------------

arrivals = st.lists(
    st.tuples(st.integers(0, 14 * 24 * 60), st.sampled_from([ANSWER, MUST, REGULAR, NUDGE])),
    max_size=25,
)


@given(arrivals, zones, st.integers(1, 5))
def test_regular_messages_never_exceed_the_cap(
    due: list[tuple[int, Courtesy]], zone: ZoneInfo, cap: int
) -> None:
    """Plays a fortnight as the dispatcher does: everything that is due is asked about in order."""
    start = datetime(2027, 3, 22, tzinfo=UTC)
    waiting = [(start + MINUTE * minute, number, kind) for number, (minute, kind) in enumerate(due)]
    sent: list[tuple[datetime, Courtesy]] = []
    while waiting:
        waiting.sort()
        now, number, kind = waiting.pop(0)
        week = iso_week(now, zone)
        had = [k for at, k in sent if iso_week(at, zone) == week and k is not ANSWER]
        ahead = [k for at, _, k in waiting if iso_week(at, zone) == week and k is MUST]
        useful = now + timedelta(days=20)
        regular = [k for at, _, k in waiting if iso_week(at, zone) == week and k is REGULAR]
        attention = Attention(len(had), len(ahead), cap, len(regular))
        verdict = decide(now, kind, useful, zone, USUAL, attention)
        if isinstance(verdict, Go):
            sent.append((now, kind))
        elif isinstance(verdict, Wait):
            assert verdict.until > now
            if verdict.until < start + timedelta(days=60):
                waiting.append((verdict.until, number, kind))
    assert sum(kind is MUST for _, kind in sent) == sum(kind is MUST for _, kind in due)
    for week in {iso_week(at, zone) for at, _ in sent}:
        kinds = [kind for at, kind in sent if iso_week(at, zone) == week]
        counted = kinds.count(MUST) + kinds.count(REGULAR) + kinds.count(NUDGE)
        assert counted <= max(cap, kinds.count(MUST))


@given(moments, usefuls, zones, st.integers(0, 4), st.integers(1, 4))
def test_posts_keep_to_their_cap_and_know_no_quiet_hours(
    now: datetime, useful_for: timedelta, zone: ZoneInfo, sent: int, cap: int
) -> None:
    useful = now + useful_for
    verdict = decide_post(now, useful, zone, sent, cap)
    if useful < now:
        assert verdict == Expire()
    elif sent < cap:
        assert verdict == Go()
    elif (monday := first_of_next_week(now, zone)) <= useful:
        assert isinstance(verdict, Wait)
        assert verdict.until == monday
    else:
        assert verdict == Expire()


# -- examples one can read -------------------------------------------------------------------------


def at(text: str, zone: ZoneInfo = BERLIN) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


LONG = at("2027-12-31T00:00")


@pytest.mark.parametrize(
    ("now", "until"),
    [
        ("2027-02-22T07:59", "2027-02-22T08:00"),
        ("2027-02-22T21:00", "2027-02-23T08:00"),
        ("2027-02-22T23:59", "2027-02-23T08:00"),
        ("2027-03-27T23:00", "2027-03-28T08:00"),
        ("2027-10-30T23:00", "2027-10-31T08:00"),
    ],
)
def test_quiet_hours_end_at_eight(now: str, until: str) -> None:
    assert decide(at(now), REGULAR, LONG, BERLIN, USUAL, FREE) == Wait(at(until), "quiet hours")


@pytest.mark.parametrize("now", ["2027-02-22T08:00", "2027-02-22T20:59"])
def test_the_day_is_from_eight_to_nine_in_the_evening(now: str) -> None:
    assert decide(at(now), REGULAR, LONG, BERLIN, USUAL, FREE) == Go()


def test_over_the_cap_it_comes_on_monday_morning() -> None:
    verdict = decide(at("2027-03-26T12:00"), REGULAR, LONG, BERLIN, USUAL, FULL)
    assert isinstance(verdict, Wait)
    assert verdict.until == at("2027-03-29T08:00")


def test_a_place_is_kept_for_what_must_come() -> None:
    two_and_one_ahead = Attention(sent=2, must_ahead=1, cap=3)
    noon = at("2027-03-24T12:00")
    assert isinstance(decide(noon, REGULAR, LONG, BERLIN, USUAL, two_and_one_ahead), Wait)
    assert decide(noon, MUST, LONG, BERLIN, USUAL, two_and_one_ahead) == Go()


def test_a_cancellation_at_night_for_early_next_day_wakes_them() -> None:
    late, early = at("2027-02-22T23:00"), at("2027-02-23T07:30")
    assert decide(late, MUST, early, BERLIN, USUAL, FREE) == Go()
    assert decide(late, REGULAR, early, BERLIN, USUAL, FREE) == Expire()


@pytest.mark.parametrize(
    ("roles", "cap"),
    [
        ([], 3),
        (["mentee"], 3),
        (["navigator"], 3),
        (["captain"], 5),
        (["organizer"], 3),
        (["mentee", "captain"], 5),
        (["captain", "organizer", "navigator"], 5),
    ],
)
def test_the_most_generous_role_counts(roles: list[str], cap: int) -> None:
    assert Caps().for_roles(roles) == cap


def test_every_zone_used_here_is_known() -> None:
    assert BERLIN.key in ZONES


@given(moments, st.integers(0, 7 * 24 * 60), usefuls, st.none() | st.integers(-1, 180))
def test_posts_that_were_missed_come_an_hour_apart(
    now: datetime, late: int, useful_for: timedelta, newest: int | None
) -> None:
    before = None if newest is None else now - MINUTE * newest
    verdict = decide_late_post(now, now - MINUTE * late, now + useful_for, before)
    crowded = late > 60 and newest is not None and newest < 60
    if crowded and timedelta(minutes=60 - (newest or 0)) <= useful_for:
        assert isinstance(verdict, Wait)
        assert before is not None
        assert verdict.until == before + timedelta(hours=1)
    else:
        assert verdict == Go()
