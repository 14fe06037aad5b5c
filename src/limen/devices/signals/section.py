"""`signals:` in `devices.yaml`: who may say that a device is at risk, and what that does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from limen.clock import DAY, HOUR
from limen.configuration.differing import differing
from limen.configuration.lengths import Length, length_of
from limen.configuration.named_sources import read_named
from limen.configuration.problem import Complaint, Problem, did_you_mean, shown
from limen.configuration.tree import Tree
from limen.devices.signals.mappers import KINDS
from limen.facts.signal_sources import Proves, SignalSource, WhenHigh

SECTION: Final = "signals"
LEVELS: Final = {"low": 1, "medium": 2, "high": 3}
AT_MOST: Final = {"suricata": "medium"}
"""Of kinds whose word is a guess: what is seen on the wire blames whoever has an address, and anybody can send it."""


class Source(BaseModel):
    """Who may say that a device is at risk. `signals:` in `devices.yaml` has one of these for each, by its name."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, use_attribute_docstrings=True)

    kind: str
    """How its messages read: `webhook` (Limen's own form), `defender`, `crowdstrike`, `sentinelone`, `wazuh`,
    `suricata` or `huntress`."""
    proves: Literal["signature", "token"] | None = None
    """`signature`: each message is signed (Standard Webhooks). `token`: it brings a bearer token, for what can't
    sign."""
    when_high: Literal["end_sessions", "quarantine", "lost", "retire"] = "end_sessions"
    """What becomes of a device whose risk is high. What is signed in on it ends in any case."""
    at_most: Literal["low", "medium", "high"] | None = None
    """What it says counts for no more than this: `high`, of `suricata` `medium` unless something else is written."""
    lasts: Length = "7d"
    """How long a signal counts that has no end of its own: `12h`, `7d`; at most 90 days."""
    heartbeat: Length | None = None
    """Within this time it hears of each device; later the device's sensor counts as silent, and its check *edr* fails.
    """
    platforms: Annotated[list[Literal["linux", "macos", "windows"]], Field(min_length=1)] | None = None
    """On which systems the heartbeat is expected."""


def read(written: Mapping[str, Any], tree: Tree, file: str) -> tuple[dict[str, SignalSource], list[Problem]]:
    """The sources, and all that is wrong with them, each with its line."""
    shapes, problems = read_named(Source, SECTION, written, tree, file, _complaints)
    return {name: _source(name, shape) for name, shape in shapes.items()}, problems


def changes(before: Mapping[str, SignalSource], after: Mapping[str, SignalSource]) -> Iterator[str]:
    """One line for each thing that is other than before."""
    for name, was, now in differing(before, after):
        if now is None:
            yield f"{name} says nothing about devices any more"
        elif was is None:
            yield f"{name} ({now.kind}) may say that a device is at risk; high: {now.when_high.value}"
        else:
            yield f"What {name} says about devices counts differently"


def heard_of(sources: Mapping[str, SignalSource]) -> tuple[str, ...]:
    """The platforms on which somebody promises to hear of each device."""
    every = ("linux", "macos", "windows")
    promised = {platform for one in sources.values() if one.heartbeat_ms for platform in (one.platforms or every)}
    return tuple(one for one in every if one in promised)


def _source(name: str, shape: Source) -> SignalSource:
    return SignalSource(
        name=name,
        kind=shape.kind,
        proves=Proves(shape.proves or "signature"),
        when_high=WhenHigh(shape.when_high),
        at_most=LEVELS[shape.at_most or AT_MOST.get(shape.kind, "high")],
        lasts_ms=length_of(shape.lasts),
        heartbeat_ms=length_of(shape.heartbeat) if shape.heartbeat else 0,
        platforms=tuple(shape.platforms or ()),
    )


def _complaints(shape: Source) -> Iterator[Complaint]:
    if shape.kind == "caep":
        fix = "name the service below `transmitters` in signals.yaml, and remove it here"
        yield ("kind",), "services that share signals stand in signals.yaml", fix
    elif shape.kind not in KINDS:
        yield ("kind",), f"there is no kind {shown(shape.kind)}", did_you_mean(shape.kind, list(KINDS))
    if not HOUR <= length_of(shape.lasts) <= 90 * DAY:
        yield ("lasts",), "a signal counts for an hour to 90 days", "write a length such as 7d"
    if shape.heartbeat and length_of(shape.heartbeat) < HOUR:
        yield ("heartbeat",), "sensors are not heard of that often", "write an hour or more, as 24h"
    if shape.platforms and not shape.heartbeat:
        yield (
            ("platforms",),
            "they are those on which a heartbeat is expected",
            "write `heartbeat: 24h`, or remove them",
        )
