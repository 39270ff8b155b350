"""Times for a one-on-one: half hours that suit a mentee and their captain."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.domain.overlap import QUARTER, Hours, is_free
from bot.domain.wallclock import local, utc

SLOT = timedelta(minutes=30)
WANTED = 3
_SECOND = timedelta(seconds=1)
_UTC = ZoneInfo("UTC")


@dataclass(frozen=True, slots=True, order=True)
class Slot:
    """A one-on-one from `start` on, a moment in UTC; as long as the programme's are."""

    start: datetime


def find_slots(
    captain: Hours,
    mentee: Hours,
    after: datetime,
    before: datetime,
    busy: Iterable[tuple[datetime, datetime]] = (),
    length: timedelta = SLOT,
) -> list[Slot]:
    """The one-on-one slots that lie between two moments, in order; they may overlap nothing busy.

    A slot is `length` (30 minutes, unless the programme says otherwise) from the captain's :00 or
    :30 on, both people free throughout (the programme's definition).
    `busy` holds (start, end) of either one's other appointments.
    """
    taken = [(utc(start), utc(end)) for start, end in busy]
    begin, stop = utc(after), utc(before)
    # Every zone's half hours are on UTC quarter hours, so those are all there is to look at.
    quarter = datetime.min.replace(tzinfo=UTC)
    quarter += -((quarter - begin) // QUARTER) * QUARTER
    slots = []
    while quarter + length <= stop:
        slot, end = Slot(quarter), quarter + length
        if (
            local(slot.start, captain[1]).minute in (0, 30)
            and is_free(captain, slot.start, end)
            and is_free(mentee, slot.start, end)
            and not any(first < end and slot.start < last for first, last in taken)
        ):
            slots.append(slot)
        quarter += QUARTER
    return slots


def spread(
    slots: Iterable[Slot],
    wanted: int = WANTED,
    avoid: Collection[Slot] = frozenset(),
    zone: ZoneInfo = _UTC,
) -> list[Slot]:
    """Up to `wanted` of the slots to offer, in order; the same for the same input.

    On different days of `zone` (the wall clock of whoever chooses), with the shortest time
    between two of them as long as it can be, and the earliest such choice. Where there are fewer
    days than wanted, further slots come as far as can be from those chosen. Slots in `avoid`
    come only when there are not enough others.
    """
    ordered = sorted(set(slots))
    fresh = [slot for slot in ordered if slot not in avoid]
    chosen = _on_different_days(fresh, wanted, zone)
    for pool in (fresh, ordered):
        left = set(pool) - set(chosen)
        while left and len(chosen) < wanted:
            best = _farthest(left, chosen, zone)
            left.remove(best)
            chosen.append(best)
    return sorted(chosen)


def _on_different_days(ordered: Sequence[Slot], wanted: int, zone: ZoneInfo) -> list[Slot]:
    days = [local(slot.start, zone).date() for slot in ordered]
    count = min(wanted, len(set(days)))
    if count < 2:
        return list(ordered[:count])
    # With a given gap, taking the earliest slot that fits each time gives the most slots, and
    # the earliest ones. A longer gap never gives more, so halve the span to find the longest.
    low, high = timedelta(0), ordered[-1].start - ordered[0].start
    while low < high:
        middle = low + ((high - low) // 2 // _SECOND) * _SECOND + _SECOND
        if len(_with_gap(ordered, days, middle, count)) == count:
            low = middle
        else:
            high = middle - _SECOND
    return _with_gap(ordered, days, low, count)


def _with_gap(
    ordered: Sequence[Slot], days: Sequence[date], gap: timedelta, count: int
) -> list[Slot]:
    chosen: list[Slot] = []
    last_day = date.min
    for slot, day in zip(ordered, days, strict=True):
        if len(chosen) < count and (
            not chosen or (day > last_day and slot.start - chosen[-1].start >= gap)
        ):
            chosen.append(slot)
            last_day = day
    return chosen


def _farthest(left: Iterable[Slot], chosen: Sequence[Slot], zone: ZoneInfo) -> Slot:
    days = {local(slot.start, zone).date() for slot in chosen}

    def preference(slot: Slot) -> tuple[bool, timedelta, Slot]:
        distance = min((abs(slot.start - other.start) for other in chosen), default=timedelta(0))
        return local(slot.start, zone).date() in days, -distance, slot

    return min(left, key=preference)
