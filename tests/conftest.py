"""What holds for every test: no other machine is reached, and the local timezone is awkward.

Fixtures of one subject live in tests/support/ and are made known here.
"""

import gc
import os
import time
import zoneinfo
from collections.abc import Generator

import pytest
from hypothesis import HealthCheck, settings

from sandbox.conformance import VARIABLE
from tests.support.conformance import (
    openapi,
    pytest_collection_modifyitems,
    pytest_terminal_summary,
)
from tests.support.database import database_url, db, migrated_template
from tests.support.network import forbid_other_machines
from tests.support.postgres import postgres_server, postgres_url
from tests.support.world import rates, world

__all__ = [
    "database_url",
    "db",
    "migrated_template",
    "openapi",
    "postgres_server",
    "postgres_url",
    "pytest_collection_modifyitems",
    "pytest_terminal_summary",
    "rates",
    "world",
]

# +05:45, so that code which reads local time where it should not is off by a visible amount.
os.environ["TZ"] = "Asia/Kathmandu"
time.tzset()

# Timezone rules are the locked ones, in tests that do not import `bot` (which does the same) too.
zoneinfo.reset_tzpath(to=())

# Settings of the person who runs the tests are not the tests'. Where Discord's description is, is
# none: with it every sandbox checks what it hears and says.
for name in [name for name in os.environ if name.upper().startswith("LIFTOFF_")]:
    if name != VARIABLE:
        del os.environ[name]

forbid_other_machines()

# The same examples every time: a failure on one machine is a failure on all. `deep` looks further.
settings.register_profile(
    "quick",
    deadline=None,
    derandomize=True,
    max_examples=50,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("deep", settings.get_profile("quick"), max_examples=500)
settings.load_profile("quick")


@pytest.hookimpl(wrapper=True, optionalhook=True)
def pytest_xdist_auto_num_workers() -> Generator[None, int, int]:
    """With `-n auto`, two processes a core, on large machines one: most wait for rate limits.

    Each process takes 3 s of a core to begin and 350 MB, so eight are enough for waiting.
    """
    cores = yield
    return max(cores, min(2 * cores, 8))


def pytest_collection_finish() -> None:
    """What is there before the first test stays: looking through it for garbage takes a tenth."""
    gc.collect()
    gc.freeze()
