"""The figures of the crash test are told when only this folder is run, too."""

import pytest

from tests.crash import figures


def pytest_configure(config: pytest.Config) -> None:
    """`make test-crash` has named the plugin already."""
    if not config.pluginmanager.is_registered(figures):
        config.pluginmanager.register(figures)
