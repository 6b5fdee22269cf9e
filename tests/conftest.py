"""Nothing of the person who runs the tests reaches them: settings, sites and secrets are the tests' own."""

from __future__ import annotations

import os

import pytest

# What the test run itself has set.
KEPT = {"TWINPANE_TEST_PROCESS", "TWINPANE_RUN", "TWINPANE_FRAMEBUFFER", "QT_QPA_PLATFORM"}


@pytest.fixture(scope="session", autouse=True)
def no_settings_of_the_outside(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Forget what the environment says about Twinpane and pictures' scale; keep keys out of the home."""
    for name in list(os.environ):
        if name.startswith(("TWINPANE_", "QT_")) and name not in KEPT:
            del os.environ[name]
    os.environ["TWINPANE_STATE"] = str(tmp_path_factory.mktemp("state"))
