"""What organizers type about a cohort: its name, its length, the day and hour of its check-ins.

Every function returns what was meant and raises Refusal, with a sentence for the person, for
anything else.
"""

from datetime import time

from bot.domain.errors import Refusal

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
LONGEST_COHORT_WEEKS = 52
LONGEST_NAME = 60


def parse_name(text: str) -> str:
    """A cohort's name, without needless spaces."""
    name = " ".join(text.split())
    if not name or len(name) > LONGEST_NAME:
        raise Refusal(f"A cohort's name has 1 to {LONGEST_NAME} characters; please shorten it.")
    if "@" in name or not all(letter.isprintable() for letter in name):
        raise Refusal("Please leave @ and unprintable characters out of a cohort's name.")
    return name


def check_weeks(weeks: int) -> int:
    """How many weeks a cohort or a team can last."""
    if not 1 <= weeks <= LONGEST_COHORT_WEEKS:
        raise Refusal(f"A cohort lasts 1 to {LONGEST_COHORT_WEEKS} weeks; please choose a number.")
    return weeks


def parse_weekday(text: str) -> int:
    """A weekday, 0 for Monday to 6 for Sunday, from its name or at least two letters of it."""
    wanted = text.strip().lower()
    for number, day in enumerate(WEEKDAYS):
        if len(wanted) >= 2 and day.startswith(wanted):
            return number
    raise Refusal(f"“{text[:20]}” is no weekday I know; please write one such as Monday.")


def parse_hour(text: str) -> time:
    """A wall-clock time such as 09:00 or 9."""
    try:
        hours, _, minutes = text.strip().partition(":")
        return time(int(hours), int(minutes or 0))
    except ValueError:
        raise Refusal(
            f"“{text[:20]}” is no time of day I know; please write one such as 09:00."
        ) from None
