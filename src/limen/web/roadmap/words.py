"""How a control stands, in words and as a mark, and in which months each phase is planned."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from limen.roadmap.holding import HOLD_DAYS
from limen.roadmap.model import Grade, Part, Phase
from limen.roadmap.roadmap import Shown
from limen.web.registry import is_console
from limen.web.requests import where_to
from limen.web.roadmap.drawn_shares import percent

MONTHS: Final = {one: f"months {2 * one - 1} and {2 * one}" for one in Phase}
"""A line of the plan, no condition: any phase can be begun at any time."""
GRADES: Final = {
    Grade.UNKNOWN: "nobody knows",
    Grade.ATTESTED: "a person said so, with a document and an end",
    Grade.IMPORTED: "another system's API says so",
    Grade.PROBED: "Limen tried it",
    Grade.MEASURED: "Limen saw it happen",
}


class State(StrEnum):
    """How a control stands."""

    CLOSED = "closed"
    """It was met on each of so many days in a row."""
    SLIPPING = "slipping"
    """It is closed and not met now: it opens again unless that changes."""
    HOLDING = "holding"
    """It is met, and not long enough yet."""
    MISSED = "missed"
    UNKNOWN = "unknown"
    LEFT_OUT = "left out"
    """The company chose not to do it; it is not met."""


@dataclass(frozen=True, slots=True)
class Mark:
    """The class of an effect, the icon, and what it says."""

    effect: str
    icon: str
    word: str


def state_of(shown: Shown) -> State:
    measured, standing = shown.measured, shown.standing
    if shown.left_out is not None and not measured.is_met:
        return State.LEFT_OUT
    if standing.is_closed:
        return State.CLOSED if measured.is_met else State.SLIPPING
    if measured.is_met:
        return State.HOLDING
    return State.UNKNOWN if measured.grade is Grade.UNKNOWN else State.MISSED


def mark_of(shown: Shown) -> Mark:
    match state_of(shown):
        case State.CLOSED:
            return Mark("permit", "permit", "Closed")
        case State.SLIPPING:
            return Mark("challenge", "heed", "Closed, and not met now")
        case State.HOLDING:
            return Mark("permit", "time", f"Met, {min(shown.held, HOLD_DAYS)} of {HOLD_DAYS} days")
        case State.MISSED:
            return Mark("deny", "deny", "Not met")
        case State.LEFT_OUT:
            return Mark("", "unreached", "Left out")
        case _:
            return Mark("", "what-if", "Unknown")


def figure_of(part: Part | None) -> str:
    """`12 of 14`, or that it is unknown, or that there is nothing to count and something stands for it."""
    if part is not None and part.is_in_place and part.is_met:
        return "nothing to count"
    return "unknown" if part is None or not part.is_known else f"{part.numerator:,} of {part.denominator:,}"


def asked_of(part: Part) -> str:
    return "all" if part.at_least >= 1.0 else f"at least {percent(part.at_least)}"


def first_of(shown: Shown) -> str:
    """What to connect first where it is unknown; "" where it is known."""
    if shown.measured.grade is not Grade.UNKNOWN:
        return ""
    return shown.measured.missing[0] if shown.measured.missing else "nothing that it counts is known yet"


def lead_of(page: str) -> str:
    """Where a row leads: to a page of the console, whatever it says; "" to none."""
    return page if is_console(page) and where_to(page, "") else ""
