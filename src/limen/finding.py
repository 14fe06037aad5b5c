"""What an examination finds: a value with a state, a sentence and a fix, safe to be shown anywhere."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from limen.printable import visible

LONGEST: Final = 500
"""The longest sentence of a finding, in characters: servers we ask may answer anything."""
MOST_NAMED: Final = 3


class State(StrEnum):
    """How it stands. `skipped` says why it could not be looked at."""

    WRONG = "wrong"
    WARNING = "warning"
    SKIPPED = "skipped"
    OK = "ok"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. `name` is its examination, `where` the host, app, file or address that is meant.

    `fix` is "" where there is nothing to do. None of it ever holds a secret.
    """

    name: str
    state: State
    what: str
    fix: str = ""
    where: str = ""

    @property
    def is_wrong(self) -> bool:
        return self.state is State.WRONG


def shown_safely(finding: Finding) -> Finding:
    """The finding as people may see it: one line each, bounded, with nothing that could steer a terminal."""
    return replace(finding, what=_line(finding.what), fix=_line(finding.fix), where=_line(finding.where))


def by_weight(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """What is wrong first, what is fine last; within each, as the examinations stand in their list."""
    order = list(State)
    return tuple(sorted(findings, key=lambda one: order.index(one.state)))


def named(words: Sequence[str]) -> str:
    """The first few of `words`, and how many more there are."""
    few = ", ".join(words[:MOST_NAMED])
    more = len(words) - MOST_NAMED
    return f"{few} and {more} more" if more > 0 else few


def _line(text: str) -> str:
    line = visible(" ".join(text.split()))
    return line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"
