"""The words about messages that are coming, held back or failed."""

from collections.abc import Iterable, Mapping

from bot.domain.deliveries import State
from bot.services.deliveries import Done, Look
from bot.services.delivery_entries import (
    Coming,
    Entry,
    Failed,
    Failure,
    Held,
    Page,
    PrivateFailures,
    Trouble,
)
from bot.ui.text import joined, plain, shortened, stamp

TEXT_LIMIT = 1900
Names = Mapping[str, str]
"""What the roles are called here."""

WORDS = {
    "captain_bookings": ("note on bookings for {captain}s", "notes on bookings for {captain}s"),
    "captain_day": ("evening note for {captain}s", "evening notes for {captain}s"),
    "captain_week": ("weekly message for {captain}s", "weekly messages for {captain}s"),
    "checkin_prompt": ("check-in", "check-ins"),
    "checkin_shared": ("shared check-in", "shared check-ins"),
    "greeting": ("greeting", "greetings"),
    "home": ("home message", "home messages"),
    "introduction": ("introduction", "introductions"),
    "navigator_week": ("weekly message for {navigator}s", "weekly messages for {navigator}s"),
    "one_on_one_change": ("notice on a one-on-one", "notices on one-on-ones"),
    "one_on_one_offer": ("offer of a one-on-one", "offers of a one-on-one"),
    "one_on_one_reminder": ("reminder of a one-on-one", "reminders of a one-on-one"),
    "organizer_note": ("note to organizers", "notes to organizers"),
    "stranger_note": ("note to people on no roster", "notes to people on no roster"),
    "team_farewell": ("farewell to the team", "farewells to teams"),
    "team_welcome": ("welcome to the team", "welcomes to teams"),
    "welcome_back": ("welcome after a break", "welcomes after a break"),
}
"""What a kind is called, one and many; `{captain}` and the like are the names of roles here."""

_PLACES = {
    "welcome": "the welcome channel",
    "introductions": "the introductions channel",
    "organizers": "the organizers' channel",
}
NOTHING_HELD = "Nothing is held back. To hold a message back, look at it under “What is coming”."
NOTHING_FAILED = "Nothing has failed. What fails waits here until somebody looks at it."


def _noun(kind: str, names: Names, count: int = 1) -> str:
    one, many = WORDS.get(kind, (kind.replace("_", " "),) * 2)
    word = one if count == 1 else many
    for role, name in names.items():
        word = word.replace(f"{{{role}}}", name.lower())
    return word


def counted(kind: str, count: int, names: Names) -> str:
    """So many of a kind: "12 offers of a one-on-one"."""
    return f"{count} {_noun(kind, names, count)}"


def what(entry: Entry, names: Names) -> str:
    """One delivery by its kind, week and team, for a button: "check-in of week 3, Mercury"."""
    week = f" of week {entry.week}" if entry.week else ""
    team = f", {entry.team}" if entry.team else ""
    return f"{_noun(entry.kind, names)}{week}{team}"


def _where(entry: Entry) -> str:
    if entry.place.startswith("thread:"):
        below = f" in <#{entry.channel_id}>" if entry.channel_id else ""
        return f"the thread below a check-in{below}"
    if entry.channel_id:
        return f"<#{entry.channel_id}>"
    if entry.team:
        return f"the channel of team {plain(entry.team)}, once it is made"
    return _PLACES.get(entry.place, "a channel")


def _line(number: int, entry: Entry, names: Names) -> str:
    week = f" of week {entry.week}" if entry.week else ""
    name = _noun(entry.kind, names)
    whose = f", team {plain(entry.team)}" if entry.team else f", {_where(entry)}"
    return f"{number}. **{name[:1].upper()}{name[1:]}{week}**{whose}"


def _title(text: str, page: Page, size: int, shown: int) -> str:
    if page.pages == 1:
        return f"**{text}**"
    first = page.number * size + 1
    return f"**{text}** ({first} to {first + shown - 1} of {page.total})"


def coming(lists: Coming, size: int, names: Names) -> str:
    """What is coming: posts one by one, what goes to people only as counts."""
    lines = [_title("Coming in channels", lists.page, size, len(lists.entries))]
    for number, entry in enumerate(lists.entries, lists.page.number * size + 1):
        waits = ", waits for its channel" if entry.waits_for_channel else ""
        words = ", in an organizer's words" if entry.reworded else ""
        lines.append(f"{_line(number, entry, names)}, {stamp(entry.next_at)}{waits}{words}")
    if lists.entries:
        lines.append("Look at one to change its text or to hold it back.")
    else:
        lines.append("Nothing is coming in channels.")
    lines.append("**Coming to people** (private, so only counted)")
    lines += [
        f"- {counted(one.kind, one.count, names)}, the first around {stamp(one.first_day, 'D')}"
        for one in lists.private
    ]
    if not lists.private:
        lines.append("Nothing is coming to people.")
    if lists.waiting:
        many = "1 message waits" if lists.waiting == 1 else f"{lists.waiting} messages wait"
        lines.append(f"- {many} behind “My messages”, because direct messages are closed")
    return _fitting(lines)


def held(lists: Held, size: int, names: Names) -> str:
    """What organizers hold back."""
    if not lists.entries:
        return NOTHING_HELD
    lines = [_title("Held back by organizers", lists.page, size, len(lists.entries))]
    lines += [
        f"{_line(number, entry, names)}, due {stamp(entry.due_at)}, "
        f"of use until {stamp(entry.last_useful_at)}"
        for number, entry in enumerate(lists.entries, lists.page.number * size + 1)
    ]
    lines.append("None of these goes before an organizer lets it go.")
    return _fitting(lines)


def failed(lists: Failed, size: int, names: Names) -> str:
    """What failed and why, and what came too late lately."""
    shown = len(lists.groups) + len(lists.entries)
    lines = [_title("Could not be sent", lists.page, size, shown)] if shown else [NOTHING_FAILED]
    number = lists.page.number * size
    for group in lists.groups:
        number += 1
        lines.append(f"{number}. {_group(group, names)}")
    for entry in lists.entries:
        number += 1
        lines.append(f"{_line(number, entry, names)}: {why(entry.failure)}")
    if lists.expired:
        counts = [counted(kind, count, names) for kind, count in lists.expired]
        lines.append(
            f"Too late to be of use, in the last 7 days: {joined(counts)}. "
            "They are not sent any more."
        )
    return _fitting(lines)


def _group(group: PrivateFailures, names: Names) -> str:
    reasons = [
        why(reason) if count == group.count else f"{count} of them: {why(reason)}"
        for reason, count in group.reasons
    ]
    return f"**{counted(group.kind, group.count, names)}** (private): {' '.join(reasons)}"


def why(failure: Failure | None) -> str:
    """Why something could not be sent, and what to do about it."""
    match failure:
        case Failure(Trouble.NOT_ALLOWED, channel_id, missing):
            where = f"in <#{channel_id}>" if channel_id else "there"
            rights = joined([name.replace("_", " ").title() for name in sorted(missing)])
            if not rights:
                return f"Discord does not let me write {where}."
            many = "permissions" if len(missing) > 1 else "permission"
            return f"I lack the {many} {rights} {where}. Once I may, I send it by myself."
        case Failure(Trouble.UNWRITABLE):
            return "I could not write it; my log says why."
        case Failure(Trouble.UNKNOWN_KIND):
            return "The part of me that writes it is not loaded."
        case Failure(Trouble.REFUSED, words=words) if words:
            return f"Discord refused it: {plain(shortened(words, 200))}"
        case Failure(Trouble.REFUSED):
            return "Discord refused it."
        case Failure(words=words) if words:
            return plain(shortened(words, 200))
    return "I do not know why any more."


def facts(look: Look, names: Names, *, pinned: bool, buttons_left_out: bool) -> str:
    """What stands beside a preview."""
    entry = look.entry
    lines = [
        f"**{plain(what(entry, names))}**, to {_where(entry)}",
        f"Due {stamp(entry.due_at)}, of use until {stamp(entry.last_useful_at)}.",
    ]
    if entry.state == State.STOPPED:
        lines.append("It is held back: it goes when an organizer lets it go.")
    elif entry.state == State.PARKED:
        lines.append(f"It could not be sent. {why(entry.failure)}")
    elif entry.next_at > entry.due_at:
        lines.append(f"It had to wait, and is looked at again {stamp(entry.next_at)}.")
    if look.wording is not None:
        lines.append("The text is an organizer's; an empty one brings back mine.")
    if pinned:
        lines.append("It will be pinned.")
    if buttons_left_out:
        lines.append("Its buttons are left out here.")
    lines.append("Only you see this preview, and the buttons of the message do nothing in it.")
    return "\n".join(lines)


def nothing(reason: str) -> str:
    """Instead of a preview, for a message that would say nothing."""
    return f"As things stand there is nothing to say, and it would not be sent: {plain(reason)}."


def now_held(name: str) -> str:
    """After holding back."""
    return f"Held back: {plain(name)}. It goes when an organizer lets it go."


def sent_on(done: Done, names: Names) -> str:
    """After letting go, or sending again."""
    if not done.expired:
        many = "It goes" if done.going == 1 else f"All {done.going} go"
        return f"{many} as soon as it is due and nothing is in its way."
    late = (
        f"{counted(done.kind, done.expired, names)} would come too late to be of use, "
        "and will not be sent any more."
    )
    return late if not done.going else f"{counted(done.kind, done.going, names)} on the way. {late}"


def cancelled(done: Done, names: Names) -> str:
    """After cancelling."""
    return f"Cancelled: {counted(done.kind, done.cancelled, names)}. That is for good."


def _fitting(lines: Iterable[str]) -> str:
    kept: list[str] = []
    waiting = list(lines)
    for number, line in enumerate(waiting):
        if sum(map(len, kept)) + len(kept) + len(line) > TEXT_LIMIT - 40:
            return "\n".join([*kept, f"and {len(waiting) - number} more lines"])
        kept.append(line)
    return "\n".join(kept)
