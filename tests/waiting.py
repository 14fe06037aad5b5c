"""Waiting for a condition. Nothing here measures speed: a busy machine has a minute, and the end says what was seen."""

from __future__ import annotations

import asyncio
import inspect
import time
from collections.abc import Callable
from typing import Final, TypeVar

PATIENCE_SECONDS: Final = 60.0
"""Far more than anything takes that is waited for in the gate."""
_LOOK_SECONDS: Final = 0.01
_MOST_SHOWN: Final = 300
Found = TypeVar("Found")


async def until(holds: Callable[[], Found], seconds: float = PATIENCE_SECONDS) -> Found:
    """What `holds()` gives back once it is true."""
    ends_at = time.monotonic() + seconds
    while not (found := holds()):  # what is waited for tells nobody
        if time.monotonic() > ends_at:
            raise AssertionError(seen(holds, found, seconds))
        await asyncio.sleep(_LOOK_SECONDS)
    return found


def wait_until(holds: Callable[[], Found], seconds: float = PATIENCE_SECONDS) -> Found:
    """The same, where no loop runs."""
    ends_at = time.monotonic() + seconds
    while not (found := holds()):
        if time.monotonic() > ends_at:
            raise AssertionError(seen(holds, found, seconds))
        time.sleep(_LOOK_SECONDS)
    return found


def seen(holds: Callable[[], object], found: object, seconds: float) -> str:
    """The condition, what it gave at last, and what the names in it stood for."""
    try:
        text = inspect.getsource(holds).strip()
    except (OSError, TypeError):
        text = repr(holds)
    names = inspect.getclosurevars(holds).nonlocals if inspect.isfunction(holds) else {}
    shown = ", ".join(f"{name}={_short(value)}" for name, value in names.items())
    return f"not within {seconds:g} s: {text}; at last {_short(found)}" + (f", where {shown}" if shown else "")


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= _MOST_SHOWN else f"{text[:_MOST_SHOWN]}…"
