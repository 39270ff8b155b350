"""Each person's view: what they received and did, in order, in their own timezone."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

from markupsafe import Markup, escape

from rehearsal.page import timestamps
from rehearsal.page.cohort import Cohort, grouped, options, slug
from rehearsal.page.draw import SYSTEM, iso, walk
from rehearsal.page.kinds import PERSONAS
from rehearsal.page.roster import Person
from rehearsal.page.story import Deed, Message

_SAME_EDIT = timedelta(minutes=10)
_PLAIN_DEEDS = {
    "join": "Joined the server",
    "leave": "Left the server",
    "close_dms": "Closed their direct messages",
    "open_dms": "Opened their direct messages",
}
_QUIET = frozenset({"write", "read", "form-opened", "submit", "refused"})
_CLOSED = 50007


def people_sections(cohort: Cohort) -> list[dict[str, Any]]:
    """The views of all people, in roster order by group; others last."""
    mine: dict[str, list[Message]] = {}
    seen: dict[str, list[Message]] = {}
    for message in cohort.story.messages.values():
        owner = cohort.owner(message)
        if owner:
            mine.setdefault(owner, []).append(message)
        else:
            for user_id in _noticed_by(cohort, message):
                seen.setdefault(user_id, []).append(message)
    deeds: dict[str, list[Deed]] = {}
    for deed in cohort.story.deeds:
        user_id = deed.user_id
        if deed.kind == "refused":
            user_id = cohort.story.direct.get(str(deed.body["channel_id"]), "")
        deeds.setdefault(user_id, []).append(deed)
    order = list(dict.fromkeys(person.group for person in cohort.people.values()))
    keys = sorted(cohort.people, key=lambda key: order.index(cohort.people[key].group))
    return [
        _section(cohort, key, mine.get(key, []), deeds.get(key, []), seen.get(key, []))
        for key in keys
    ]


def _noticed_by(cohort: Cohort, message: Message) -> set[str]:
    """Who would notice a message in a channel: who is mentioned, and a private channel's members.

    Administrators see every channel; only a mention counts for them.
    """
    guild = cohort.story.guild_of(message.channel_id)
    if guild is None:
        return set()
    body = message.versions[0].body
    if int(body.get("type") or 0) in SYSTEM:
        return set()
    people = {str(one.get("id")) for one in body.get("mentions") or ()} | {message.author_id}
    if message.author_id == cohort.story.bot_id and guild.is_private(message.channel_id):
        people |= {one for one in message.readers if not guild.sees_everything(one)}
    return people


def _section(
    cohort: Cohort, key: str, messages: list[Message], deeds: list[Deed], seen: list[Message]
) -> dict[str, Any]:
    person = cohort.people[key]
    entries = [entry for one in messages for entry in _message_entries(cohort, person, one)]
    entries += [entry for deed in deeds for entry in _deed_entries(cohort, person, deed)]
    entries += [_seen_entry(cohort, person, one) for one in seen]
    entries.sort(key=lambda entry: (entry["n"], entry["rank"]))
    entries = _merged_edits(entries)
    counts = Counter(str(entry["count"]) for entry in entries)
    joined = any(deed.kind == "join" for deed in deeds)
    return {
        "anchor": f"person-{slug(person.username)}",
        "name": person.name,
        "username": person.username,
        "group": person.group,
        "roles": person.roles_text,
        "persona": PERSONAS.get(person.persona, person.persona),
        "note": person.note,
        "zone": str(person.zone),
        "counts": _counts_text(counts),
        "absent": not joined and not entries,
        "weeks": grouped(cohort, entries, person.zone),
    }


def _counts_text(counts: Counter[str]) -> str:
    words = (
        ("direct", "direct message", "direct messages"),
        ("ephemeral", "private answer", "private answers"),
        ("pressed", "button pressed", "buttons pressed"),
        ("command", "command used", "commands used"),
        ("form", "form filled in", "forms filled in"),
    )
    parts = [f"{counts[key]} {one if counts[key] == 1 else many}" for key, one, many in words]
    return ", ".join(part for part in parts if not part.startswith("0 "))


def _entry(person: Person, number: int, when: Any, kind: str, **rest: Any) -> dict[str, Any]:
    time = {"at": timestamps.short_text(when, person.zone), "iso": iso(when)}
    return {"n": number, "when": when, "kind": kind, "count": "", "rank": 1, **time, **rest}


def _message_entries(cohort: Cohort, person: Person, message: Message) -> list[dict[str, Any]]:
    """The message as it first came, then one entry for each edit, then its removal."""
    entries = []
    if message.loading:
        return []
    first = message.versions[0]
    private = bool(message.audience)
    for version in message.versions:
        drawn = cohort.pen.message(message, version, person.zone)
        in_guild = cohort.story.guild_of(message.channel_id) is not None
        drawn["where"] = cohort.place(message.channel_id) if private and in_guild else ""
        entry = _entry(
            person, version.number, version.at, "message", card=drawn, message=message.id
        )
        if version is first:
            entry["anchor"] = f"m-{message.id}"
            own = message.author_id == person.user_id
            entry["count"] = "" if own else "ephemeral" if private else "direct"
        entry["edits"] = 0 if version is first else 1
        entries.append(entry)
    if message.deleted is not None:
        text = Markup('<a href="#m-{}">A message</a> was removed').format(message.id)
        gone = message.deleted
        entries.append(_entry(person, gone.number, gone.at, "line", text=text, tone="got"))
    return entries


def _merged_edits(entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Edits of one message in quick succession, with nothing between, become the last of them."""
    kept: list[dict[str, Any]] = []
    for entry in entries:
        last = kept[-1] if kept else None
        if (
            last is not None
            and entry.get("edits")
            and last.get("edits")
            and last["message"] == entry["message"]
            and entry["when"] - last["when"] < _SAME_EDIT
        ):
            entry = {**entry, "edits": last["edits"] + 1}
            kept.pop()
        kept.append(entry)
    return kept


def _seen_entry(cohort: Cohort, person: Person, message: Message) -> dict[str, Any]:
    first = message.versions[0]
    own = message.author_id == person.user_id
    line = cohort.pen.line(message, first, person.zone)
    text = _linked(f"“{line}”", cohort.link(message))
    where = cohort.place(message.channel_id)
    verb = "Wrote in" if own else "New in"
    said = Markup("{} {}: {}").format(verb, where, text)
    return _entry(person, first.number, first.at, "line", text=said, tone="did" if own else "got")


def _deed_entries(cohort: Cohort, person: Person, deed: Deed) -> list[dict[str, Any]]:
    number, when, body = deed.number, deed.at, deed.body
    if deed.kind == "submit":
        values = cohort.values_of(deed)
        form = cohort.pen.form(cohort.modal_of(deed), values, person.zone, when)
        form["unanswered"] = _unanswered(cohort, deed)
        return [_entry(person, number, when, "form", form=form, count="form", rank=0)]
    if deed.kind == "form-opened":
        if _was_sent(cohort, deed):
            return []
        title = cohort.story.modals[str(body["custom_id"])].get("title") or "Form"
        text = Markup("The form “{}” opened and was not sent").format(title)
        return [_entry(person, number, when, "line", text=text, tone="got")]
    if deed.kind == "refused":
        return [_refused(cohort, person, deed)]
    if deed.kind in _QUIET:
        return []
    text, count = _deed_text(cohort, deed)
    text += Markup(_unanswered(cohort, deed))
    return [_entry(person, number, when, "line", text=text, tone="did", count=count, rank=0)]


def _deed_text(cohort: Cohort, deed: Deed) -> tuple[Markup, str]:
    body = deed.body
    if deed.kind == "run":
        command = str(body.get("command") or "").lstrip("/")
        given = Markup("").join(
            Markup(' <span class="option">{}: {}</span>').format(name, _short(value))
            for name, value in options(deed).items()
        )
        return Markup("Used <b>/{}</b>{}").format(command, given), "command"
    if deed.kind in ("click", "choose"):
        label = str(body.get("label") or _label_of(cohort, deed) or body.get("custom_id") or "")
        message = cohort.story.messages.get(str(body.get("message_id")))
        where = Markup("")
        if message is not None:
            place = cohort.place(message.channel_id)
            words = "an answer only they see" if message.audience else f"a message in {place}"
            where = Markup(" on {}").format(_linked(words, cohort.link(message)))
        if deed.kind == "click":
            button = Markup('Pressed <span class="pressed">{}</span>{}')
            return button.format(label, where), "pressed"
        shown = _chosen(message, body) or label
        return Markup("Chose <b>{}</b>{}").format(shown, where), "pressed"
    return escape(_PLAIN_DEEDS.get(deed.kind, deed.kind.replace("_", " ").capitalize())), ""


def _chosen(message: Message | None, body: dict[str, Any]) -> str:
    """What was chosen in a menu, by the labels that the person saw."""
    values = [str(value) for value in body.get("values") or ()]
    labels = {
        str(option.get("value")): str(option.get("label"))
        for version in (message.versions if message is not None else ())
        for one in walk(version.body)
        for option in one.get("options") or ()
    }
    return ", ".join(labels.get(value, value) for value in values)


def _label_of(cohort: Cohort, deed: Deed) -> str:
    message = cohort.story.messages.get(str(deed.body.get("message_id")))
    for version in message.versions if message is not None else ():
        for one in walk(version.body):
            if one.get("custom_id") == deed.body.get("custom_id"):
                return str(one.get("label") or "")
    return ""


def _short(value: Any) -> str:
    if isinstance(value, dict):
        value = value.get("filename") or value.get("name") or "…"
    text = str(value)
    return text if len(text) <= 120 else text[:119] + "…"


def _was_sent(cohort: Cohort, opened: Deed) -> bool:
    wanted = opened.body["custom_id"]
    return any(
        deed.kind == "submit" and cohort.modal_id(deed) == wanted
        for deed in cohort.deeds_of(opened.user_id)
    )


def _unanswered(cohort: Cohort, deed: Deed) -> str:
    one = cohort.story.interactions.get(str(deed.body.get("interaction_id")))
    if one is None or one.answered:
        return ""
    return ". No answer came" if one.reached else ". The bot was away: no answer came"


def _refused(cohort: Cohort, person: Person, deed: Deed) -> dict[str, Any]:
    error, message = deed.body["error"], deed.body["message"]
    scene = cohort.pen.scene(person.zone, deed.at)
    from_embeds = [str(one.get("title") or "") for one in message.get("embeds") or ()]
    texts = [str(message.get("content") or ""), *from_embeds]
    line = next((text for text in texts if text.strip()), "")
    closed = int(error.get("code") or 0) == _CLOSED
    why = "direct messages are closed" if closed else str(error.get("message") or "refused")
    text = Markup("A direct message did not get through, {}: “{}”").format(
        why, cohort.pen.plain(line, scene)
    )
    return _entry(person, deed.number, deed.at, "line", text=text, tone="bad")


def _linked(text: str, address: str) -> Markup:
    if not address:
        return escape(text)
    return Markup('<a href="{}">{}</a>').format(address, text)
