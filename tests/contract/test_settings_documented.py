"""Every setting is in docs/settings.md and config.example.toml, and nothing else is."""

import re
import tomllib
from datetime import time
from pathlib import Path

import pytest

from bot.settings import DescribedSetting, described_settings, load_settings
from tests.contract.source import ROOT

DOCUMENT = ROOT / "docs/settings.md"
EXAMPLE = ROOT / "config.example.toml"
HEADING = re.compile(r"^#{2,4} `([a-z_.]+)`$", re.MULTILINE)


def documented(text: str) -> list[str]:
    """The settings that have a heading of their own."""
    return HEADING.findall(text)


def section_of(text: str, key: str) -> str:
    """What is written under a setting's heading."""
    after = re.split(rf"^#+ `{re.escape(key)}`$", text, flags=re.MULTILINE)[1]
    return re.split(r"^#", after, maxsplit=1, flags=re.MULTILINE)[0]


def shown_default(setting: DescribedSetting) -> str:
    """A default as a person would write it in config.toml."""
    if setting.default is None or setting.default == ():
        return "none"
    if isinstance(setting.default, time):
        return f'"{setting.default:%H:%M}"'
    return f'"{setting.default}"' if isinstance(setting.default, str) else str(setting.default)


def uncommented(text: str) -> str:
    """The example with its commented-out settings (`#key = value`) put in force."""
    return re.sub(r"^#(?=[a-z_]+ = )", "", text, flags=re.MULTILINE)


def keys_in(table: dict[str, object], before: str = "") -> set[str]:
    keys = set()
    for name, value in table.items():
        key = f"{before}{name}"
        keys |= keys_in(value, f"{key}.") if isinstance(value, dict) else {key}
    return keys


def test_every_setting_has_its_heading_and_no_other_has() -> None:
    assert documented(DOCUMENT.read_text()) == [setting.key for setting in described_settings()]


@pytest.mark.parametrize("setting", described_settings(), ids=lambda setting: setting.key)
def test_variable_and_default_are_told(setting: DescribedSetting) -> None:
    section = section_of(DOCUMENT.read_text(), setting.key)
    assert f"`{setting.variable}`" in section
    assert f"Default: `{shown_default(setting)}`" in section or (
        shown_default(setting) == "none" and "Default: none" in section
    )


def test_the_example_has_every_setting_but_the_secrets() -> None:
    table = tomllib.loads(uncommented(EXAMPLE.read_text()))
    assert keys_in(table) == {setting.key for setting in described_settings() if not setting.secret}


def test_the_example_shows_the_defaults(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert load_settings(EXAMPLE) == load_settings()
    text = uncommented(EXAMPLE.read_text())
    for setting in described_settings():
        if shown_default(setting) != "none":
            name = setting.key.rpartition(".")[2]
            assert f"\n{name} = {shown_default(setting)}\n" in text, setting.key


def test_the_readers_above_see_what_is_there() -> None:
    text = '## `logging`x\n### `logging.level`\n`LIFTOFF_X` Default: `"INFO"`.\n### `b`\nmore\n'
    assert documented(text) == ["logging.level", "b"]
    assert section_of(text, "logging.level") == '\n`LIFTOFF_X` Default: `"INFO"`.\n'
    assert keys_in(tomllib.loads(uncommented("[a]\nb = 1\n#c = 2\n# words = are not this\n"))) == {
        "a.b",
        "a.c",
    }
