"""What every test shares: the size of laws (`dial`), what needs doing only once (`once`), wording (`golden`), and an
empty database of each kind (`where`).
"""

from __future__ import annotations

import gc
import inspect
import os
import resource
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis.internal.conjecture import providers
from tests import samba_dc
from tests.clickhouse_stand_in import StandIn, stand_in
from tests.dial import PLACE, size
from tests.golden import Expected, expected_of
from tests.once import PARSER, module_of, remember_what_is_pure
from tests.postgresql import Cluster, cluster
from tests.real_parts import need
from tests.samba_dc import SambaDc

settings.register_profile("limen", max_examples=size(100), deadline=None)  # a loaded machine is no failure
settings.load_profile("limen")

inspect.getmodule = module_of
if PLACE != "ci":  # what it draws from Limen's own files, beside all else, takes each worker ten seconds to read
    providers._get_local_constants = lambda: providers._local_constants
gc.disable()  # until all tests are found: there is no garbage before
gc.set_threshold(20_000, 20, 20)  # tests make and drop whole Limens; looking for cycles all the time takes a seventh
MOST_GROWTH = 400_000_000
"""Bytes by which a worker grows before it looks for cycles: a Limen that was dropped is one, of 4 MB, and what it holds
in libraries counts for nothing by which Python looks by itself. Without this a worker came to 2.9 GB.
"""
NO_TIME = "no time was left for it (LIMEN_ENDS_BY)"
STATM = Path("/proc/self/statm")
TESTS = Path(__file__).parent
SLOW_FOLDERS = ("journeys", "interop", "demo")
"""Folders whose tests drive a browser, another program or the whole demo company."""
LAST_FOLDERS = ("laws", "interop", "journeys")
"""In this order, after all others: four hundred tests that take a third of the time. Where a machine is too slow for
all tests (`LIMEN_ENDS_BY`), few are left untried.
"""
STARTS_PROGRAMS = ("subprocess", "multiprocessing")
"""A file that imports one of these starts programs."""
LEASE_SECONDS = 60.0
QUICK_CASES, QUICK_COROUTINES = 2, 2
"""Of a test's cases, and of a file's coroutines, with the dial at `quick`. Coroutines open databases, servers, or all
of Limen, and they wait: a quarter of the tests takes two thirds of the time.
"""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark what is slow by where it stands and what it imports; at `quick`, keep a few of what is alike."""
    items.sort(key=lambda item: LAST_FOLDERS.index(folder) if (folder := folder_of(item)) in LAST_FOLDERS else -1)
    for item in items:
        if is_slow(item):
            item.add_marker(pytest.mark.slow)
    if PLACE == "quick":
        seen: Counter[str] = Counter()
        kept, left_out = [], []
        for item in items:
            (kept if is_kept(item, seen) else left_out).append(item)
        config.hook.pytest_deselected(items=left_out)
        items[:] = kept


def pytest_runtest_setup(item: pytest.Item) -> None:
    """`LIMEN_ENDS_BY`, in seconds since 1970: a run that is stopped from outside says nothing of what it has tried."""
    ends_by = os.environ.get("LIMEN_ENDS_BY", "")
    if ends_by and time.time() > float(ends_by):
        has_failed_before = item.config.getoption("lf")
        (pytest.fail if has_failed_before else pytest.skip)(NO_TIME)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """So that nobody takes a run that ended early for a whole one."""
    left = [one for one in terminalreporter.stats.get("skipped", ()) if NO_TIME in str(one.longrepr)]
    if left:
        files = sorted({one.nodeid.partition("::")[0] for one in left})
        terminalreporter.write_line(f"NOT TRIED, {len(left)} tests: {NO_TIME}\n  " + "\n  ".join(files), red=True)


def pytest_runtest_logfinish() -> None:
    global _resident  # noqa: PLW0603 -- of this process
    if not STATM.exists():
        return
    if not _resident:
        _resident = resident()
    elif resident() > _resident + MOST_GROWTH:
        gc.collect()
        _resident = resident()


_resident = 0
"""Bytes of memory when it was looked at last; 0: not yet."""


def resident() -> int:
    """Bytes of memory that this process has (proc(5))."""
    return int(STATM.read_text("ascii").split()[1]) * resource.getpagesize()


def is_kept(item: pytest.Item, seen: Counter[str]) -> bool:
    """Whether it is among the first that are alike; `seen` counts them."""
    test, file = item.nodeid.partition("[")[0], str(item.path)
    seen[test] += 1
    if seen[test] > QUICK_CASES or not inspect.iscoroutinefunction(getattr(item, "function", None)):
        return seen[test] <= QUICK_CASES
    seen[file] += 1
    return seen[file] <= QUICK_COROUTINES


def folder_of(item: pytest.Item) -> str:
    """The folder in `tests` that it stands in; "" elsewhere."""
    return item.path.relative_to(TESTS).parts[0] if item.path.is_relative_to(TESTS) else ""


def is_slow(item: pytest.Item) -> bool:
    return folder_of(item) in SLOW_FOLDERS or any(
        name in vars(getattr(item, "module", None) or item) for name in STARTS_PROGRAMS
    )


@pytest.fixture(autouse=True, scope="session")
def what_is_pure_is_done_once() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        remember_what_is_pure(patch)
        yield
    PARSER.close()


@pytest.fixture(autouse=True, scope="session")
def what_is_imported_is_no_garbage() -> Iterator[None]:
    """All tests and all of Limen stand by now, and stay. A served Limen takes out of the collector's rounds what stands
    with it; here that would be all that the tests before it have dropped, after a look at everything.
    """
    gc.freeze()
    gc.enable()
    with pytest.MonkeyPatch.context() as patch:
        if serving := sys.modules.get("limen.serving"):
            patch.setattr(serving, "spare_the_collector", lambda: None)
        yield


@pytest.fixture(autouse=True, scope="session")
def a_busy_machine_is_no_lost_database() -> Iterator[None]:
    """On a machine with many times its work, a test's loop may not get its turn for seconds. Limen is right to refuse
    everything then, and a test of something else would fail at its first sign-in.
    """
    with pytest.MonkeyPatch.context() as patch:
        if feed := sys.modules.get("limen.storage.change_feed"):
            patch.setattr(feed, "LEASE_SECONDS", LEASE_SECONDS)
        yield


@pytest.fixture
def expected(request: pytest.FixtureRequest) -> Expected:
    """Wording, held against a file."""
    return expected_of(request.node)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Cluster]:
    """A real server, one for each worker. Limen's tables are in two databases: `ready` to use, `pattern` to copy."""
    from limen.storage import Database

    with cluster() as running:
        running.sql("CREATE DATABASE pattern TEMPLATE template0")
        Database.open(running.url("pattern")).close()
        running.sql("CREATE DATABASE ready TEMPLATE pattern")
        yield running


ENGINES = ("sqlite", pytest.param("postgresql", marks=pytest.mark.slow))
"""What every store is tried on."""


@pytest.fixture(params=ENGINES)
def where(request: pytest.FixtureRequest) -> Iterator[str]:
    """The URL of a database without a row in it, for `Database.open`: the test runs once on each kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{request.getfixturevalue('tmp_path') / 'limen.db'}"
        return
    running: Cluster = request.getfixturevalue("postgresql")
    yield running.url("ready")
    running.empty("ready")


@pytest.fixture(scope="session")
def controller(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SambaDc]:
    """A real Active Directory for all tests of a worker: each gives its people names of their own."""
    need(samba_dc.has_samba(), "samba-ad-dc is not installed, or the tests don't run as root")
    with samba_dc.running(tmp_path_factory.mktemp("dc")) as running:
        yield running


@pytest.fixture(scope="session")
def clickhouse_engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StandIn]:
    """A stand-in for ClickHouse's server (`tests/clickhouse_stand_in.py`), started once for all tests of a worker."""
    pytest.importorskip("chdb")
    with stand_in(tmp_path_factory.mktemp("clickhouse")) as started:
        yield started


@pytest.fixture
def clickhouse(clickhouse_engine: StandIn) -> StandIn:
    """The same, without events."""
    clickhouse_engine.drop()
    return clickhouse_engine
