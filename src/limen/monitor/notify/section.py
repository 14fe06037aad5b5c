"""`notify:` in `monitor.yaml`: who hears of cases. What a channel's address is stands nowhere in the folder."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from limen.clock import DAY, MINUTE
from limen.configuration.differing import differing
from limen.configuration.lengths import Length, length_of
from limen.configuration.named_sources import read_named
from limen.configuration.problem import Complaint, Problem, shown
from limen.configuration.tree import Tree
from limen.monitor.detections.hit import Level
from limen.monitor.notify.rules import Channel, Hours, Kind, NotifyRules
from limen.printable import is_printable

SECTION: Final = "notify"
_DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_HOURS: Final = re.compile(
    rf"({'|'.join(_DAYS)})(?:-({'|'.join(_DAYS)}))? ([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d)"
)
_ADDRESS: Final = re.compile(r"[^@\s<>\",;]{1,64}@[A-Za-z0-9.-]{1,189}")


class Listener(BaseModel):
    """Who hears of cases. `notify:` in `monitor.yaml` has one of these for each channel, by a name of your own.

    The address of a chat's or webhook's channel is a secret: `limen alert channel NAME` keeps it, sealed.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, use_attribute_docstrings=True)

    kind: Literal["mail", "slack", "teams", "pagerduty", "webhook"]
    """How it is reached. `webhook` sends signed JSON (Standard Webhooks)."""
    to: Annotated[list[Annotated[str, Field(max_length=254)]], Field(max_length=20)] = []
    """`mail`: the addresses."""
    at: Literal["low", "medium", "high", "critical"] = "high"
    """It hears of cases that are at least so bad."""
    after: Length | None = None
    """It hears only of cases that nobody has taken for so long: `30m`."""
    hours: Annotated[str, Field(max_length=30)] | None = None
    """When somebody is there: `mon-fri 08:00-18:00`. What is not critical waits until then."""
    most_a_day: Annotated[int, Field(ge=1, le=1_000)] = 20
    """So many notices a day; beyond that, one summary an hour."""
    requests: bool = False
    """`mail`, `slack`, `teams`: it also hears that somebody asks for access, which is answered on Limen's page."""


def read(written: Mapping[str, Any], tree: Tree, file: str) -> tuple[NotifyRules, list[Problem]]:
    """The channels, and all that is wrong with them, each with its line."""
    shapes, problems = read_named(Listener, SECTION, written, tree, file, _complaints)
    return NotifyRules({name: _channel(shape) for name, shape in shapes.items()}), problems


def changes(before: NotifyRules, after: NotifyRules) -> Iterator[str]:
    """One line for each thing that is other than before."""
    for name, was, now in differing(before.channels, after.channels):
        if now is None:
            yield f"The channel {name} hears of no cases any more"
        elif was is None:
            yield f"The channel {name} ({now.kind.value}) hears of cases that are {now.at_level.value} or worse"
        else:
            yield f"What the channel {name} hears of is different"


def hours_of(written: str) -> Hours | None:
    """As it is written: `mon-fri 08:00-18:00`; None for anything else."""
    found = _HOURS.fullmatch(written)
    if found is None:
        return None
    first, last = _DAYS.index(found[1]), _DAYS.index(found[2] or found[1])
    days = tuple(range(first, last + 1)) if first <= last else (*range(first, 7), *range(last + 1))
    start, end = int(found[3]) * 60 + int(found[4]), int(found[5]) * 60 + int(found[6])
    return Hours(days, start, end) if start < end <= 24 * 60 else None


def _channel(shape: Listener) -> Channel:
    return Channel(
        kind=Kind(shape.kind),
        at_level=Level(shape.at),
        to=tuple(shape.to),
        after_ms=length_of(shape.after) if shape.after else 0,
        hours=hours_of(shape.hours) if shape.hours else None,
        most_a_day=shape.most_a_day,
        requests=shape.requests,
    )


def _complaints(shape: Listener) -> Iterator[Complaint]:
    if (shape.kind == "mail") is not bool(shape.to):
        what = "whom mail goes to is missing" if shape.kind == "mail" else "only `kind: mail` has addresses here"
        yield ("to",), what, "write `to: [it@…]` for mail, and nothing for others"
    for place, address in enumerate(shape.to):
        if not _ADDRESS.fullmatch(address) or not is_printable(address):
            yield ("to", place), f"{shown(address)} is not an email address", "write it as it@harbor.example"
    if shape.hours and hours_of(shape.hours) is None:
        yield ("hours",), f"{shown(shape.hours)} says no hours", "write them as mon-fri 08:00-18:00"
    if shape.requests and shape.kind in {"pagerduty", "webhook"}:
        yield ("requests",), "requests for access go to people, by mail or in a chat", "remove it"
    if shape.after and not MINUTE <= length_of(shape.after) <= DAY:
        yield ("after",), "somebody is called after a minute at least, and a day at most", "write a length such as 30m"
