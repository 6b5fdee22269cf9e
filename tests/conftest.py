"""Nothing of the person who runs the tests reaches them: settings, sites and secrets are the tests' own."""

from __future__ import annotations

import os

import pytest

# What the test run itself has set.
KEPT = {"TWINPANE_TEST_PROCESS", "TWINPANE_RUN", "TWINPANE_FRAMEBUFFER", "QT_QPA_PLATFORM"}


@pytest.fixture(scope="session", autouse=True)
def no_settings_of_the_outside() -> None:
    """Forget what the environment says about Twinpane and about pictures' scale."""
    for name in list(os.environ):
        if name.startswith(("TWINPANE_", "QT_")) and name not in KEPT:
            del os.environ[name]
