"""A Harbor that is really watched, its process beside it: each page of what comes in, at a desk and on a phone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect
from tests.journeys.conftest import Harbor, heading, into_the_console, serve
from tests.monitor.houses import MONITOR
from tests.ports import free_port

PAGES = (
    "alerts",
    "alerts?show=closed",
    "risk",
    "suppressions",
    "channels",
    "sources",
    "search",
    "search?q=kind%3Asign_in*",
)
SOURCES = ("app", "office", "servers", "firewall")


@pytest.fixture(scope="module")
def harbor(tmp_path_factory: pytest.TempPathFactory, upstream: int) -> Iterator[Harbor]:
    """With sources of logs of every way."""
    running, stop = serve(
        tmp_path_factory.mktemp("watched"),
        free_port(),
        upstream,
        write=lambda folder: (folder / "monitor.yaml").write_text(MONITOR),
    )
    yield running
    stop()


def test_each_page_of_what_comes_in_is_sound(harbor: Harbor, browse: Any) -> None:
    ada = browse()
    harbor.open(ada)
    into_the_console(ada, harbor.origin)
    for path in (*PAGES, *(f"sources/{name}" for name in SOURCES)):
        ada.page.goto(f"{harbor.origin}/console/{path}")
        expect(heading(ada)).to_be_visible()
        ada.clean_both_ways()
