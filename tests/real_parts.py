"""Programs that tests drive and that may be missing: a test is left out then, and where all are required it fails."""

from __future__ import annotations

import os
from typing import NoReturn

import pytest


def absent(said: str) -> NoReturn:
    """Leave the test out, loudly, or fail. `said`: what is missing, and so not tried."""
    pytest.fail(said) if os.environ.get("LIMEN_REQUIRE_ALL") == "1" else pytest.skip(said)


def need(present: object, what: str) -> None:
    """Go on only where it is there."""
    if not present:
        absent(f"NOT TRIED: {what}")
