"""The nouns: a probe, one run of it, and what each thing that it tried came to. Pure."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeAlias

from limen.clock import MINUTE, Instant, Milliseconds
from limen.pillar import Core

MOST_TRIES: Final = 2_000
"""Rows of one run that are kept."""
LONGEST_RUN: Final[Milliseconds] = 5 * MINUTE
"""After so long a run is given up: it could not be run."""


class Outcome(StrEnum):
    """What a run came to, from the best."""

    HELD = "held"
    """Everything that was tried held."""
    DID_NOT_HOLD = "did-not-hold"
    COULD_NOT_RUN = "could-not-run"
    """Nothing could be tried, or not all of it: nothing is shown by it."""


@dataclass(frozen=True, slots=True)
class Try:
    """One thing that was tried. `name` says what, the same in every run. `held` is None where it could not be tried.

    `took` is how long it took to hold, -1 where no time was measured. `why` says what was found otherwise ("" where it
    held), in words that name no person.
    """

    name: str
    held: bool | None
    took: Milliseconds = -1
    why: str = ""


@dataclass(frozen=True, slots=True)
class Run:
    """One run. `asked_by` is the id of whoever asked for it ("": it was due). It waits while `started_at` is 0, and is
    under way while `ended_at` is. `took` is the longest of its tries (-1: none was measured).
    """

    id: str
    probe: str
    asked_at: Instant
    asked_by: str = ""
    started_at: Instant = 0
    ended_at: Instant = 0
    outcome: Outcome | None = None
    took: Milliseconds = -1
    why: str = ""
    tries: tuple[Try, ...] = ()


Execute: TypeAlias = Callable[[Core], Awaitable[list[Try]]]
"""Tries, and says what came of it. Raises CouldNotRunError; whatever it made is gone when it returns."""


class CouldNotRunError(Exception):
    """Nothing could be tried: `why` says what is missing, in a sentence without a full stop."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class Probe:
    """`tries` says what it does, as a sentence. It is due so long after it began last (`every`), and a figure of the
    roadmap counts it for `counts_for`. `minutes`: how long it may take somebody who waits for it.
    """

    id: str
    title: str
    tries: str
    every: Milliseconds
    counts_for: Milliseconds
    minutes: int
    execute: Execute


def outcome_of(tries: Iterable[Try]) -> tuple[Outcome, str]:
    """What tries come to together, and the first reason. One that did not hold outweighs what could not be tried, and
    what could not be tried is never taken for held.
    """
    every = tuple(tries)
    broken = [one for one in every if one.held is False]
    untried = [one for one in every if one.held is None]
    if broken:
        return Outcome.DID_NOT_HOLD, _reason(broken[0], len(broken))
    if untried:
        return Outcome.COULD_NOT_RUN, _reason(untried[0], len(untried))
    return (Outcome.HELD, "") if every else (Outcome.COULD_NOT_RUN, "there is nothing to try")


def longest(tries: Iterable[Try]) -> Milliseconds:
    """-1 where nothing was timed."""
    return max((one.took for one in tries), default=-1)


def _reason(first: Try, number: int) -> str:
    more = f", and {number - 1} more" if number > 1 else ""
    return f"{first.name}: {first.why}{more}"
