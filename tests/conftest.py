"""What every test shares: the size of laws (`dial`), and what needs doing only once (`once`)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from tests.dial import size
from tests.once import remember_what_is_pure

settings.register_profile("limen", max_examples=size(100), deadline=None)  # a loaded machine is no failure
settings.load_profile("limen")

SLOW = ("journeys", "interop")
"""Folders whose tests all drive a browser or another program."""
TESTS = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(TESTS) and item.path.relative_to(TESTS).parts[0] in SLOW:
            item.add_marker(pytest.mark.slow)


@pytest.fixture(autouse=True, scope="session")
def what_is_pure_is_done_once() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        remember_what_is_pure(patch)
        yield
