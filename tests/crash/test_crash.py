"""The bot is killed without a word, again and again: what people get must not show it."""

from pathlib import Path

import pytest

from tests.crash import courses
from tests.crash.evidence import STEPS
from tests.crash.figures import PROPERTY
from tests.crash.play import Course, Result, perform

ENOUGH = 100
"""From so many kills on each step must be hit; a tenth of them aims at each."""
EACH_STEP = 0.05


async def _play(course: Course, out: Path, request: pytest.FixtureRequest) -> Result:
    result = await perform(course, out)
    figures = {
        "kills": len(result.kills),
        **{step: result.steps.get(step, 0) for step in STEPS},
        "due": result.total("due"),
        "lost": result.lost,
        "doubled": result.doubled,
    }
    request.node.user_properties.append((PROPERTY, figures))
    return result


def _as_it_should(result: Result, course: Course) -> None:
    assert not result.errors, "\n".join(result.errors)
    assert (result.lost, result.doubled) == (0, 0)
    assert len(result.kills) == course.kills


async def test_a_few_kills(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    result = await _play(courses.QUICK, tmp_path, request)
    _as_it_should(result, courses.QUICK)
    assert set(result.steps) == set(STEPS)


@pytest.mark.crash
@pytest.mark.parametrize("name", courses.COURSES)
async def test_many_kills(name: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    course = courses.course(name)
    result = await _play(course, tmp_path, request)
    _as_it_should(result, course)
    if courses.kills() >= ENOUGH:
        least = course.kills * EACH_STEP
        assert all(result.steps[step] >= least for step in STEPS), result.steps
        assert result.in_vain, "nobody clicked on a dead bot"
        assert result.faults, "nothing went wrong on the way"
