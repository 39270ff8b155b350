"""Reading the project's own files: which there are, and what a module imports."""

import ast
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("bot", "cogs", "migrations", "rehearsal", "sandbox")
LEFT_BY_RUNS = {"__pycache__", "build", "dist", "node_modules"}


@dataclass(frozen=True)
class Module:
    """A Python file: its path from the project's folder ("bot/app.py"), and its text."""

    path: str
    text: str

    @property
    def name(self) -> str:
        """As it is imported: bot.app, or bot for bot/__init__.py."""
        return self.path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")

    @property
    def package(self) -> str:
        """What its relative imports start from."""
        if self.path.endswith("/__init__.py"):
            return self.name
        return self.name.rpartition(".")[0]

    @property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, self.path)


@dataclass(frozen=True)
class Import:
    """One imported name, in full. `lazy` when it happens inside a function."""

    name: str
    line: int
    lazy: bool


def project_files() -> list[str]:
    """Every file that is or would be committed, as paths from the project's folder."""
    if (ROOT / ".git").exists():
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        ).stdout.split("\0")
        return sorted(path for path in listed if path and (ROOT / path).is_file())
    return sorted(
        str(path.relative_to(ROOT))
        for path in ROOT.rglob("*")
        if path.is_file() and not _left_by_a_run(path.relative_to(ROOT))
    )


def _left_by_a_run(path: Path) -> bool:
    hidden = any(part.startswith(".") and part != ".ci" for part in path.parts[:-1])
    return (
        hidden
        or bool(LEFT_BY_RUNS.intersection(path.parts))
        or path.parts[0].startswith("rehearsal-out")
    )


def modules(*folders: str) -> list[Module]:
    """The Python files under these folders."""
    return [
        Module(path, (ROOT / path).read_text(encoding="utf-8"))
        for path in project_files()
        if path.endswith(".py") and path.split("/")[0] in folders
    ]


def imports(module: Module) -> list[Import]:
    """Everything a module imports, type checking and import_module("…") included.

    `from a import b` counts as a and as a.b: b may be a module.
    """
    return list(_imports(module.tree, module, lazy=False))


def _imports(node: ast.AST, module: Module, *, lazy: bool) -> Iterator[Import]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            for alias in child.names:
                yield Import(alias.name, child.lineno, lazy)
        elif isinstance(child, ast.ImportFrom):
            start = _absolute(child, module)
            yield Import(start, child.lineno, lazy)
            for alias in child.names:
                yield Import(f"{start}.{alias.name}", child.lineno, lazy)
        elif isinstance(child, ast.Call) and (name := _imported_by_call(child)):
            yield Import(name, child.lineno, lazy)
        inside = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        yield from _imports(child, module, lazy=lazy or inside)


def _absolute(node: ast.ImportFrom, module: Module) -> str:
    if not node.level:
        return node.module or ""
    parts = module.package.split(".")
    parts = parts[: len(parts) - (node.level - 1)]
    return ".".join([*parts, *([node.module] if node.module else [])])


def _imported_by_call(node: ast.Call) -> str | None:
    called = node.func.attr if isinstance(node.func, ast.Attribute) else None
    called = node.func.id if isinstance(node.func, ast.Name) else called
    if called in {"import_module", "__import__"} and node.args:
        first = node.args[0]
        if isinstance(first, ast.Constant) and isinstance(first.value, str):
            return first.value
    return None


def within(name: str, *packages: str) -> bool:
    """Whether a dotted name is one of the packages or inside one."""
    return any(name == package or name.startswith(package + ".") for package in packages)


def show(problems: list[str]) -> str:
    """Problems as an assertion shows them."""
    return "\n" + "\n".join(problems)
