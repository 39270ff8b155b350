"""Cohorts that tests of the rhythm draw: teams and people all over the world, also on own dates."""

from datetime import date, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from bot.domain.rhythm import CohortFacts, PersonFacts, TeamFacts
from bot.domain.wallclock import zone_names
from bot.domain.weeks import Dates

every_zone = st.sampled_from(sorted(zone_names())).map(ZoneInfo)
lengths = st.integers(1, 12)
starts = st.dates(date(2024, 1, 1), date(2030, 12, 31))
times = st.times(max_value=time(23, 59)).map(lambda at: at.replace(second=0, microsecond=0))


@st.composite
def cohorts(draw: st.DrawFn, of: st.SearchStrategy[ZoneInfo] = every_zone) -> CohortFacts:
    usual = Dates(draw(starts), draw(st.integers(1, 12)))

    def dates() -> Dates:
        """The cohort's, or a team's own: as long as one likes, some weeks off or not."""
        if draw(st.booleans()):
            return usual
        return Dates(usual.start + timedelta(days=draw(st.integers(-20, 20))), draw(lengths))

    def some(size: int) -> tuple[PersonFacts, ...]:
        numbers = range(1, draw(st.integers(0, size)) + 1)
        return tuple(PersonFacts(number, draw(of), dates()) for number in numbers)

    return CohortFacts(
        id=7,
        guild_id=9,
        prompt_weekday=draw(st.integers(0, 6)),
        prompt_time=draw(times),
        one_on_one_every=draw(st.integers(1, 4)),
        teams=tuple(TeamFacts(n, draw(of), dates()) for n in range(1, draw(st.integers(1, 3)) + 1)),
        mentees=some(3),
        captains=some(2),
        navigators=some(2),
    )
