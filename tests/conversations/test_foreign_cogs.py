"""Cogs of third parties: the example of docs/cogs.md, installed as a distribution and used."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conversations.acting import CAPTAIN, MENTEE, only_for, running, said
from tests.support.world import World

DOCUMENT = Path(__file__).parents[2] / "docs/cogs.md"
MODULE = "karaoke_cog"


def block(language: str) -> str:
    """The first example in that language."""
    found = re.search(rf"```{language}\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)
    assert found
    return found[1]


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of installed packages with the example in it; gives the example's file."""
    folder = tmp_path / "site-packages"
    record = folder / "karaoke-1.0.dist-info"
    record.mkdir(parents=True)
    (record / "METADATA").write_text("Metadata-Version: 2.1\nName: karaoke\nVersion: 1.0\n")
    declared = re.findall(r'^(\w+) = "([\w.]+)"$', block("toml"), re.MULTILINE)
    assert declared == [("karaoke", MODULE)]
    lines = "".join(f"{name} = {value}\n" for name, value in declared)
    (record / "entry_points.txt").write_text(f"[liftoff.cogs]\n{lines}")
    module = folder / f"{MODULE}.py"
    module.write_text(block("python"), encoding="utf-8")
    monkeypatch.syspath_prepend(folder)
    yield module
    sys.modules.pop(MODULE, None)


def break_it(module: Path, before: str, after: str) -> None:
    """Changes the installed example, as a new version of it would."""
    text = module.read_text(encoding="utf-8")
    assert before in text
    module.write_text(text.replace(before, after), encoding="utf-8")
    sys.modules.pop(MODULE, None)


async def test_the_example_is_loaded_by_its_entry_point_and_works(
    world: World, installed: Path
) -> None:
    await running(world, MENTEE, CAPTAIN)
    await world.restart()
    mentee = world.people[MENTEE]
    asked = await mentee.run("/karaoke")
    await world.settle()
    await world.restart()
    sung = await world.click(mentee, asked.messages[0], "Sing song 7")
    assert said(sung).startswith("Song 7, for Lucía Parata. See </help:")
    assert only_for(sung, mentee)
    assert "Your meetings" in said(await world.run(mentee, "/meetings")), "ours work as before"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('SING = "karaoke:sing"', 'SING = "meetings:book"'),
        ("self._teams = client.services.teams", "self._teams = client.services.karaoke"),
        ("async def setup", "async def set_up"),
    ],
)
async def test_a_cog_that_cannot_be_loaded_stops_the_start(
    world: World, installed: Path, before: str, after: str
) -> None:
    break_it(installed, before, after)
    with pytest.raises(Exception, match=MODULE):
        await world.restart()
    await world.stop()
    break_it(installed, after, before)
    await world.start()
