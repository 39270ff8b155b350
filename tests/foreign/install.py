"""Puts each foreign client where its library is: once, and again when its lock changes.

Everything lands in pytest's cache folder, so that nothing is installed into the tree or into the
bot's own environment. The package registries are asked by pip and npm as they are set up.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
MINUTES = 10


def _run(*command: str | Path, folder: Path) -> None:
    done = subprocess.run(
        [str(one) for one in command],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=MINUTES * 60,
        check=False,
    )
    if done.returncode:
        pytest.fail(f"{command[0]} could not install the client:\n{done.stdout}{done.stderr}")


def _fresh(folder: Path, *locks: Path) -> Path | None:
    """Empties ``folder`` unless it holds what these files ask for; gives the stamp to write."""
    wanted = hashlib.sha256(b"".join(one.read_bytes() for one in locks)).hexdigest()
    stamp = folder / "installed"
    if stamp.exists() and stamp.read_text() == wanted:
        return None
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / "wanted").write_text(wanted)
    return stamp


def hikari(cache: Path) -> list[str]:
    """The command that runs the client on hikari."""
    lock = HERE / "hikari" / "requirements.txt"
    folder = cache / "hikari"
    python = folder / "venv" / "bin" / "python"
    stamp = _fresh(folder, lock)
    if stamp is not None:
        _run(sys.executable, "-m", "venv", "venv", folder=folder)
        pip = (python, "-m", "pip", "-qq", "--disable-pip-version-check", "--no-input")
        _run(*pip, "install", "--require-hashes", "-r", lock, folder=folder)
        (folder / "wanted").rename(stamp)
    return [str(python), str(HERE / "hikari" / "client.py")]


def discordjs(cache: Path) -> list[str]:
    """The command that runs the client on discord.js."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        pytest.fail(
            "The discord.js client needs Node.js 18 or newer and npm: "
            "on Debian and Ubuntu `apt install nodejs npm`, on macOS `brew install node`."
        )
    source = HERE / "discordjs"
    folder = cache / "discordjs"
    stamp = _fresh(folder, source / "package.json", source / "package-lock.json")
    if stamp is not None:
        for name in ("package.json", "package-lock.json"):
            shutil.copy(source / name, folder)
        _run(npm, "ci", "--no-audit", "--no-fund", folder=folder)
        (folder / "wanted").rename(stamp)
    # Node looks for libraries where the program is.
    shutil.copy(source / "client.js", folder)
    return [node, str(folder / "client.js")]
