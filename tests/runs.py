"""Which run a test belongs to: the gate (`do.py test`), or the long run alone (`do.py test --all`).

The gate holds what gives the same answer on any machine at any time. What needs something that a machine may lack or
that takes its own time belongs to the long run: a program of others, a browser, a namespace, a kill, a sleep, a law's
full size. What a test uses is read from its code, from its fixtures, and from every test module's function that these
name. `@pytest.mark.long` says of a test what can't be read. `@pytest.mark.gate("why")` takes one into the gate all the
same: one journey for each pillar, one client for each protocol.
"""

from __future__ import annotations

import dis
import inspect
import os
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any, Final

import pytest
from tools import unsteady

RUN: Final = os.environ.get("LIMEN_RUN", "")
"""`gate`, `long`, or nothing: whatever was asked for by name."""
PART: Final = os.environ.get("LIMEN_PART", "")
"""`2/6`: every sixth file, from the second."""
UNSTEADY: Final = frozenset(one["test"] for one in unsteady.listed())
STARTS: Final = frozenset({"run", "Popen", "call", "check_call", "check_output"})
"""What of the module `subprocess` starts another program."""
PROGRAMS: Final = frozenset(
    {"create_subprocess_exec", "create_subprocess_shell", "pty", "which", "execv", "posix_spawn"}
)
"""Other names by which code starts one, or looks for one."""
OUR_PROGRAM: Final = "executable"
"""Python itself (`sys.executable`), running Limen or a test's own lines, is nobody else's."""
BROWSER: Final = frozenset({"playwright", "sync_playwright", "playwright.sync_api", "CHROMIUM"})
KILLS: Final = frozenset({"SIGKILL", "SIGSTOP"})
MOST_SLEEP_SECONDS: Final = 0.1
"""A longer sleep is one that hopes; a shorter one stands in a loop that waits for a condition."""
TESTS: Final = Path(__file__).parent
OURS: Final = (f"{TESTS}/", f"{TESTS.parent / 'agent' / 'tests'}/")
SHARED_BY_ALL: Final = frozenset(str(TESTS / name) for name in ("conftest.py", "waiting.py", "ports.py", "dial.py"))
"""What every test may use counts for none of them, but for the fixtures that it must name."""
FIXTURES: Final = {"postgresql": "a program of others"}


def left_out(items: Iterable[pytest.Item], run: str = RUN, part: str = PART) -> list[pytest.Item]:
    """What this run, or this part of it, does not try."""
    if run == "gate":
        return [item for item in items if is_long(item)]
    if not part:
        return []
    which, parts = (int(number) for number in part.split("/"))
    files = {file: number for number, file in enumerate(sorted({item.path for item in items}))}
    return [item for item in items if files[item.path] % parts != which - 1]


def is_long(item: pytest.Item) -> bool:
    """Whether it belongs to the long run alone."""
    if item.nodeid in UNSTEADY:
        return True
    if item.get_closest_marker("gate") is not None:
        return False
    return item.get_closest_marker("long") is not None or bool(uses(item))


def uses(item: pytest.Item) -> frozenset[str]:
    """What of it a machine may lack, or takes its own time."""
    function = getattr(item, "function", None)
    if function is None:
        return frozenset()
    fixtures = getattr(item, "_fixtureinfo").name2fixturedefs  # noqa: B009 -- pytest names it as its own
    named = {FIXTURES[name] for name in fixtures if name in FIXTURES}
    made_by = [defined[-1].func for defined in fixtures.values() if defined]
    return frozenset(named).union(*(reached(one) for one in (inspect.unwrap(function), *made_by) if _is_ours(one)))


@cache
def reached(function: Any) -> frozenset[str]:
    """What a function uses, and all of ours that it names, directly or not."""
    met: set[int] = set()
    waiting, found = [function], set[str]()
    while waiting:
        one = inspect.unwrap(waiting.pop())
        if id(one) in met or not isinstance(one, FunctionType):
            continue
        met.add(id(one))
        found |= stated(one)
        waiting += called_by(one)
    return frozenset(found)


@cache
def stated(function: FunctionType) -> frozenset[str]:
    """What its own code uses."""
    found = set()
    names = names_in(function.__code__)
    held = {value.__name__.partition(".")[0] for value in _globals(function, names) if isinstance(value, ModuleType)}
    starts_one = ("subprocess" in held | names and STARTS & names) or PROGRAMS & (names | held)
    if starts_one and OUR_PROGRAM not in names:
        found.add("a program of others")
    if BROWSER & (names | held):
        found.add("a browser")
    if KILLS & names:
        found.add("a kill")
    if "sleep" in names and any(seconds >= MOST_SLEEP_SECONDS for seconds in slept(function.__code__)):
        found.add("a sleep")
    return frozenset(found)


@cache
def called_by(function: FunctionType) -> tuple[Any, ...]:
    """The functions of ours that its code names: by themselves, in a class, or in a module of ours."""
    names = names_in(function.__code__)
    found: list[Any] = []
    for value in _globals(function, names):
        if isinstance(value, ModuleType):
            if _is_of_tests(value.__name__):
                found += [getattr(value, name) for name in names if hasattr(value, name)]
        else:
            found.append(value)
    return tuple(part for value in found if _is_ours(value) for part in functions_of(value))


def functions_of(value: Any) -> Iterator[Any]:
    """Of a class its methods and those of its bases that are ours."""
    if not isinstance(value, type):
        yield getattr(value, "func", None) or value
        return
    for one in (each for each in value.__mro__ if _is_ours(each)):
        for held in vars(one).values():
            yield getattr(held, "fget", None) or getattr(held, "__func__", None) or getattr(held, "func", None) or held


def names_in(code: CodeType) -> frozenset[str]:
    """The names that code uses, and what is defined in it."""
    return frozenset(code.co_names).union(*(names_in(one) for one in code.co_consts if isinstance(one, CodeType)))


def slept(code: CodeType) -> Iterator[float]:
    """The seconds that code sleeps, where it says them as a number."""
    for one, after in pairwise(dis.get_instructions(code)):
        if one.opname.startswith("LOAD_") and one.argval == "sleep" and after.opname == "LOAD_CONST":
            yield after.argval
    for inner in (one for one in code.co_consts if isinstance(one, CodeType)):
        yield from slept(inner)


def _globals(function: FunctionType, names: Iterable[str]) -> Iterator[Any]:
    return (function.__globals__[name] for name in names if name in function.__globals__)


def _is_ours(value: Any) -> bool:
    return _is_of_tests(getattr(value, "__module__", None) or "")


@cache
def _is_of_tests(module: str) -> bool:
    file = getattr(sys.modules.get(module), "__file__", None) or ""
    return file.startswith(OURS) and file not in SHARED_BY_ALL
