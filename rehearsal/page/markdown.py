"""Discord's message formatting, the part that bots and people use, as escaped HTML.

People's text is untrusted: every piece of it is escaped when it becomes HTML, links are http(s)
only, and nothing else passes through. Mentions become names through the `Scene`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo

from markupsafe import Markup, escape

from rehearsal.page import timestamps

_TOKEN = re.compile(
    r"\\(?P<escaped>[^A-Za-z0-9\s])"
    r"|(?P<tick>`{1,2})(?P<code>[^`].*?|.)(?P=tick)(?!`)"
    r"|<(?P<mention>@[!&]?\d+|\#\d+)>"
    r"|</(?P<command>[^:<>]+):\d+>"
    r"|<t:(?P<unix>-?\d{1,12})(?::(?P<style>[tTdDfFRsS]))?>"
    r"|<a?:(?P<emoji>\w+):\d+>"
    r"|\[(?P<label>[^\]\n]+)\]\(<?(?P<href>https?://[^\s()<>]+)>?\)"
    r"|<(?P<bare>https?://[^\s<>]+)>"
    r"|(?P<url>https?://[^\s<>]*[^\s<>.,:;!?)\]'\"*_~|])"
    r"|(?P<all>@everyone|@here)\b"
    r"|\*\*(?P<bold>\S.*?\S?)\*\*(?!\*)"
    r"|__(?P<under>\S.*?\S?)__(?!_)"
    r"|~~(?P<strike>\S.*?)~~"
    r"|\|\|(?P<spoiler>\S.*?)\|\|"
    r"|\*(?P<star>[^\s*](?:[^*]*[^\s*])?)\*(?!\*)"
    r"|(?<!\w)_(?P<dash>[^\s_](?:.*?\S)?)_(?!\w)",
    re.DOTALL,
)
_WRAPPED = {
    "bold": "strong",
    "under": "u",
    "strike": "s",
    "star": "em",
    "dash": "em",
}
_FENCE = re.compile(r"```(?:[\w+-]*\n)?(.*?)```\n?", re.DOTALL)
_HEADING = re.compile(r"(#{1,3}|-#) +(.+)")
_ITEM = re.compile(r"( *)([-*]|\d{1,3}\.) +(.+)")
_DEPTH = 6


def _unknown(_: str) -> str:
    return ""


@dataclass(frozen=True)
class Scene:
    """Who looks, and when: the viewer's zone, the moment relative times are seen from, names.

    `user`, `role` and `channel` give the name of an id, or "" when it is unknown.
    """

    zone: tzinfo
    now: datetime
    user: Callable[[str], str] = _unknown
    role: Callable[[str], str] = _unknown
    channel: Callable[[str], str] = _unknown

    def at(self, moment: datetime) -> Scene:
        """The same viewer at another moment."""
        return replace(self, now=moment)


def render(text: str, scene: Scene) -> Markup:
    """A message's text: blocks (code, headings, quotes, lists) and what is inside their lines."""
    parts: list[Markup] = []
    end = 0
    for fence in _FENCE.finditer(text):
        parts.append(_blocks(text[end : fence.start()], scene))
        parts.append(Markup("<pre><code>{}</code></pre>").format(fence.group(1).rstrip("\n")))
        end = fence.end()
    parts.append(_blocks(text[end:], scene))
    return Markup("").join(parts)


def inline(text: str, scene: Scene, depth: int = 0) -> Markup:
    """The formatting inside a line: emphasis, code, links, mentions, timestamps."""
    parts: list[Markup] = []
    end = 0
    for match in _TOKEN.finditer(text):
        parts.append(_plain(text[end : match.start()]))
        parts.append(_token(match, scene, depth))
        end = match.end()
    parts.append(_plain(text[end:]))
    return Markup("").join(parts)


def plain_text(text: str, scene: Scene, limit: int = 90) -> str:
    """One line of a message without its formatting, for lists and links; cut at `limit`."""
    line = next((line for line in text.splitlines() if line.strip()), "")
    line = re.sub(r"^(?:(?:#{1,3}|-#|>{1,3}|[-*]) +|```\w*)", "", line.strip())
    bare = " ".join(Markup(inline(line, scene)).striptags().split())
    return bare if len(bare) <= limit else bare[: limit - 1].rstrip() + "…"


def _plain(text: str) -> Markup:
    return Markup("<br>").join(escape(line) for line in text.split("\n"))


def _token(match: re.Match[str], scene: Scene, depth: int) -> Markup:
    found = match.groupdict()
    name = match.lastgroup or ""
    if found["escaped"]:
        return escape(found["escaped"])
    if found["code"]:
        return Markup("<code>{}</code>").format(found["code"].strip())
    if found["mention"]:
        return Markup('<span class="mention">{}</span>').format(_mention(found["mention"], scene))
    if found["command"]:
        return Markup('<span class="mention">/{}</span>').format(found["command"])
    if found["unix"]:
        return _timestamp(int(found["unix"]), found["style"] or "f", scene)
    if found["emoji"]:
        return escape(f":{found['emoji']}:")
    if found["href"]:
        return _link(found["href"], inline(found["label"], scene, _DEPTH))
    if found["bare"] or found["url"]:
        address = found["bare"] or found["url"]
        return _link(address, escape(address))
    if found["all"]:
        return Markup('<span class="mention">{}</span>').format(found["all"])
    if found["spoiler"]:
        inner = _inner(found["spoiler"], scene, depth)
        return Markup('<span class="spoiler">{}</span>').format(inner)
    tag = Markup(_WRAPPED[name])
    return Markup("<{0}>{1}</{0}>").format(tag, _inner(found[name], scene, depth))


def _inner(text: str, scene: Scene, depth: int) -> Markup:
    return inline(text, scene, depth + 1) if depth < _DEPTH else _plain(text)


def _mention(target: str, scene: Scene) -> str:
    number = target.lstrip("@!&#")
    if target.startswith("#"):
        return "#" + (scene.channel(number) or "unknown-channel")
    if target.startswith("@&"):
        return "@" + (scene.role(number) or "unknown-role")
    return "@" + (scene.user(number) or "unknown-user")


def _timestamp(unix: int, style: str, scene: Scene) -> Markup:
    try:
        moment = datetime.fromtimestamp(unix, UTC)
        text, where = timestamps.discord_text(moment, style, scene.zone, scene.now)
    except (OverflowError, OSError, ValueError):
        return Markup('<span class="ts">Invalid Date</span>')
    if style == "R":
        where = timestamps.short_text(moment, scene.zone)
    zone = Markup(" <small>({})</small>").format(where) if where else Markup("")
    return Markup('<time class="ts" datetime="{}">{}{}</time>').format(
        moment.strftime("%Y-%m-%dT%H:%M:%SZ"), text, zone
    )


def _link(address: str, label: Markup) -> Markup:
    return Markup('<a href="{}" rel="noreferrer">{}</a>').format(address, label)


def _blocks(text: str, scene: Scene) -> Markup:
    lines = text.split("\n")
    parts: list[Markup] = []
    at = 0
    while at < len(lines):
        line = lines[at]
        heading = _HEADING.fullmatch(line)
        if line.startswith(">>> "):
            rest = "\n".join([line[4:], *lines[at + 1 :]])
            return Markup("").join([*parts, _quote(rest, scene)])
        if line.startswith("> ") or line == ">":
            last = _run(lines, at, lambda one: one.startswith("> ") or one == ">")
            parts.append(_quote("\n".join(one[2:] for one in lines[at:last]), scene))
        elif heading:
            last = at + 1
            name = {"#": "h1", "##": "h2", "###": "h3", "-#": "sub"}[heading.group(1)]
            body = inline(heading.group(2), scene)
            parts.append(Markup('<p class="{}">{}</p>').format(name, body))
        elif _ITEM.fullmatch(line):
            last = _run(lines, at, lambda one: bool(_ITEM.fullmatch(one)))
            parts.append(_list(lines[at:last], scene))
        else:
            last = _run(lines, at, _is_paragraph)
            paragraphs = "\n".join(lines[at:last])
            parts.extend(
                Markup("<p>{}</p>").format(inline(one.strip("\n"), scene))
                for one in re.split(r"\n{2,}", paragraphs)
                if one.strip()
            )
        at = max(last, at + 1)
    return Markup("").join(parts)


def _is_paragraph(line: str) -> bool:
    return not (
        line.startswith(("> ", ">>> "))
        or line == ">"
        or _HEADING.fullmatch(line)
        or _ITEM.fullmatch(line)
    )


def _run(lines: list[str], at: int, keep: Callable[[str], bool]) -> int:
    """The index after the last line of the run that starts at `at`."""
    while at < len(lines) and keep(lines[at]):
        at += 1
    return at


def _quote(text: str, scene: Scene) -> Markup:
    return Markup("<blockquote>{}</blockquote>").format(_blocks(text, scene))


def _list(lines: list[str], scene: Scene) -> Markup:
    """Items by their indentation; an item's deeper neighbours are a list inside it.

    Where bullets give way to numbers on the same level, another list begins.
    """
    matches = [match for line in lines if (match := _ITEM.fullmatch(line))]
    outer, first = len(matches[0].group(1)), matches[0].group(2)
    ordered = first[0].isdigit()
    items: list[Markup] = []
    at = 0
    while at < len(matches) and matches[at].group(2)[0].isdigit() == ordered:
        deeper = at + 1
        while deeper < len(matches) and len(matches[deeper].group(1)) > outer:
            deeper += 1
        nested = [match.group(0) for match in matches[at + 1 : deeper]]
        body = inline(matches[at].group(3), scene)
        items.append(Markup("<li>{}{}</li>").format(body, _list(nested, scene) if nested else ""))
        at = deeper
    start = Markup(' start="{}"').format(first[:-1]) if ordered else Markup("")
    tag = Markup("ol" if ordered else "ul")
    made = Markup("<{0}{1}>{2}</{0}>").format(tag, start, Markup("").join(items))
    rest = [match.group(0) for match in matches[at:]]
    return made + _list(rest, scene) if rest else made
