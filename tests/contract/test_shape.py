"""How modules look: not too long, quiet, and without the habits that let such bots decay."""

import ast
import re

import pytest

from tests.contract.source import PACKAGES, ROOT, Module, modules, project_files, show

MOST_LINES = 400
PRINTS = {"bot/__main__.py"}


def too_long(module: Module) -> list[str]:
    lines = module.text.count("\n")
    return [f"{module.path} has {lines} lines"] if lines > MOST_LINES else []


def prints(module: Module) -> list[str]:
    return [
        f"{module.path}:{node.lineno} prints"
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Name) and node.id in {"print", "pprint"}
    ]


def cog_habits(module: Module) -> list[str]:
    """on_ready repeats, and get_cog ties features together: cogs do without both."""
    problems = []
    for node in ast.walk(module.tree):
        if isinstance(node, ast.AsyncFunctionDef | ast.FunctionDef) and node.name == "on_ready":
            problems.append(f"{module.path}:{node.lineno} starts something in on_ready")
        if isinstance(node, ast.Attribute) and node.attr == "get_cog":
            problems.append(f"{module.path}:{node.lineno} reaches for another cog")
    return problems


def skipped_tests(module: Module) -> list[str]:
    """A test that is not run proves nothing: none is skipped or expected to fail."""
    return [
        f"{module.path}:{node.lineno} {node.attr}"
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Attribute)
        and node.attr in {"skip", "skipif", "xfail", "importorskip"}
        and isinstance(node.value, ast.Name | ast.Attribute)
        and "pytest" in ast.unparse(node.value)
    ]


def machine_words(path: str, text: str) -> list[str]:
    """Folders of somebody's machine, and hosts that packages happened to come from."""
    hosts = [".".join(parts) for parts in HOSTS]
    words = re.compile(
        r"(?<![\w.~-])/(?:work|root|Users|home)/[\w.-]+|" + "|".join(map(re.escape, hosts))
    )
    return [
        f"{path}:{number} names {found.group()}"
        for number, line in enumerate(text.splitlines(), start=1)
        if (found := words.search(line))
    ]


# In parts, so that this file does not name them itself.
HOSTS = (
    ("pypi", "org"),
    ("python" + "hosted", "org"),
    ("npmjs", "org"),
    ("deb", "debian", "org"),
    ("snapshot", "debian", "org"),
)


def test_no_module_is_too_long() -> None:
    problems = [line for module in modules(*PACKAGES) for line in too_long(module)]
    assert problems == [], show(problems)
    assert too_long(Module("bot/x.py", "x = 1\n" * (MOST_LINES + 1)))
    assert not too_long(Module("bot/x.py", "x = 1\n" * MOST_LINES))


def test_nothing_prints() -> None:
    problems = [
        line
        for module in modules("bot", "cogs", "sandbox")
        if module.path not in PRINTS
        for line in prints(module)
    ]
    assert problems == [], show(problems)
    assert prints(Module("bot/x.py", "print('here')"))
    assert prints(Module("bot/x.py", "list(map(print, 'ab'))"))
    assert not prints(Module("bot/x.py", "log.info('print')"))


def test_cogs_keep_clear_of_bad_habits() -> None:
    problems = [line for module in modules("cogs") for line in cog_habits(module)]
    assert problems == [], show(problems)
    assert cog_habits(Module("cogs/x.py", "class C:\n    async def on_ready(self): ..."))
    assert cog_habits(Module("cogs/x.py", "self.bot.get_cog('People').pause()"))
    assert not cog_habits(Module("cogs/x.py", "async def cog_load(self): ..."))


def test_every_test_is_run() -> None:
    problems = [line for module in modules("tests") for line in skipped_tests(module)]
    assert problems == [], show(problems)
    assert skipped_tests(Module("tests/x.py", "@pytest.mark.skipif(True)\ndef test(): ..."))
    assert skipped_tests(Module("tests/x.py", "pytest.skip('not now')"))
    assert not skipped_tests(Module("tests/x.py", "person.skip(week=3)"))


def test_no_file_names_a_machine_or_a_package_host() -> None:
    problems = []
    for path in project_files():
        try:
            text = (ROOT / path).read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # a picture
        problems += machine_words(path, text)
    assert problems == [], show(problems)


@pytest.mark.parametrize(
    "text",
    [
        "see /" + "work/project/x",
        "'/" + "root/.cache'",
        "/" + "home/me/x",
        "--index-url https://" + ".".join(HOSTS[0]) + "/simple",
        "files." + ".".join(HOSTS[1]),
    ],
)
def test_such_names_are_seen(text: str) -> None:
    assert machine_words("x", text)


@pytest.mark.parametrize(
    "text", ["https://example.org/" + "work/x", "home/page", "/usr/lib/x", "~/" + "work/x"]
)
def test_other_names_are_not(text: str) -> None:
    assert not machine_words("x", text)
