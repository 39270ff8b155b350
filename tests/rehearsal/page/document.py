"""A page as its elements, read with the standard library's strict-enough parser."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

INLINE = frozenset({"a", "b", "code", "em", "s", "small", "span", "strong", "sup", "time", "u"})
VOID = frozenset({"meta", "link", "br", "path", "circle", "img", "input"})


@dataclass
class Element:
    """One element; `inner` holds elements and texts in order."""

    tag: str
    attributes: dict[str, str]
    inner: list[Element | str] = field(default_factory=list)

    def walk(self) -> Iterator[Element]:
        yield self
        for one in self.inner:
            if isinstance(one, Element):
                yield from one.walk()

    @property
    def text(self) -> str:
        """What it says, in one line."""
        return " ".join("".join(self._texts()).split())

    def _texts(self) -> Iterator[str]:
        space = "" if self.tag in INLINE else " "
        yield space
        for one in self.inner:
            if isinstance(one, str):
                yield one
            else:
                yield from one._texts()
        yield space

    def all(self, tag: str, name: str = "") -> list[Element]:
        """The elements of a tag, with a class when one is named."""
        return [
            one
            for one in self.walk()
            if one.tag == tag and (not name or name in one.attributes.get("class", "").split())
        ]


class Document(HTMLParser):
    """The parsed page. A tag that is closed out of turn is an error."""

    def __init__(self) -> None:
        super().__init__()
        self.root = Element("document", {})
        self._open = [self.root]

    @classmethod
    def parse(cls, html: str) -> Document:
        document = cls()
        document.feed(html)
        document.close()
        assert document._open == [document.root], "elements are left open"
        return document

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {key: value or "" for key, value in attrs})
        self._open[-1].inner.append(element)
        if tag not in VOID:
            self._open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._open[-1].inner.append(Element(tag, {key: value or "" for key, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        last = self._open.pop()
        assert last.tag == tag, f"</{tag}> closes <{last.tag}>"

    def handle_data(self, data: str) -> None:
        self._open[-1].inner.append(data)

    def by_id(self, name: str) -> Element:
        found = [one for one in self.root.walk() if one.attributes.get("id") == name]
        assert len(found) == 1, f"{len(found)} elements are called {name}"
        return found[0]
