"""Puts the sections into one self-contained HTML file: templates, style and script inlined."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from jinja2 import BaseLoader, Environment, StrictUndefined, TemplateNotFound
from markupsafe import Markup

from rehearsal.page.calendar import calendar
from rehearsal.page.channels import channel_sections
from rehearsal.page.cohort import Cohort
from rehearsal.page.people import people_sections
from rehearsal.page.roster import read_roster
from rehearsal.page.summary import summary
from rehearsal.page.timeline import timeline
from rehearsal.page.wire import read_story

_FOLDER = Path(__file__).parent


class _Lean(BaseLoader):
    """Loads this folder's templates without the indentation of their lines.

    The page repeats the message template thousands of times; what people wrote is not touched.
    """

    def get_source(
        self, environment: Environment, template: str
    ) -> tuple[str, str | None, Callable[[], bool] | None]:
        path = _FOLDER / template
        if not path.is_file():
            raise TemplateNotFound(template)
        lines = path.read_text(encoding="utf-8").splitlines()
        return "\n".join(line.strip() for line in lines), str(path), None


def write_page(
    out: Path,
    wire: Path,
    report: Mapping[str, Any],
    roster: Path,
    script: Mapping[str, Any],
    title: str,
) -> None:
    """Write the page about a finished rehearsal.

    `out` is the file, or a folder that receives `index.html`. `report` is the content of
    report.json, `script` each person's part: `{username: {"persona": …, "note": …}}`.
    Raises OSError when a file cannot be read or written and ValueError when the wire is no JSON.
    """
    cohort = Cohort(read_story(wire), read_roster(roster, script), report)
    path = out if out.suffix == ".html" else out / "index.html"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(page_html(cohort, title), encoding="utf-8")


def page_html(cohort: Cohort, title: str) -> str:
    """The whole page as text."""
    environment = Environment(
        loader=_Lean(),
        autoescape=True,
        trim_blocks=True,
        undefined=StrictUndefined,
    )
    people, channels = people_sections(cohort), channel_sections(cohort)
    return environment.get_template("page.html.j2").render(
        title=title,
        style=_inlined("page.css"),
        script=_inlined("page.js"),
        summary=summary(cohort),
        timeline=timeline(cohort),
        calendar=calendar(cohort),
        people=people,
        people_groups=_by_group(people),
        channels=channels,
        channel_groups=_by_group(channels),
    )


def _inlined(name: str) -> Markup:
    """Our own style or script; it holds no closing tag."""
    return Markup((_FOLDER / name).read_text(encoding="utf-8"))


def _by_group(sections: list[dict[str, Any]]) -> list[tuple[str, list[dict[str, Any]]]]:
    groups: dict[str, list[dict[str, Any]]] = {}
    for section in sections:
        groups.setdefault(section["group"], []).append(section)
    return list(groups.items())
