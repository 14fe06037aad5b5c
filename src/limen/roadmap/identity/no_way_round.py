"""I6: nobody reaches an app round the gateway: its upstream refuses connections from everywhere else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from limen.clock import DAY, Milliseconds
from limen.network.model import Network
from limen.network.probes.upstreams import Upstream, upstreams
from limen.probes.catalogue import UPSTREAMS
from limen.probes.upstreams import name_of, zones_for
from limen.roadmap.evidence import Evidence
from limen.roadmap.identity.rows import of_app
from limen.roadmap.model import Control, Grade, Part, Phase, Row
from limen.roadmap.probed import PAGE, UNREAD, fresh, tries_of, why_not

COUNTS_FOR: Final[Milliseconds] = DAY
_UNTRIED: Final = "nothing tried it within a day"
_NOT_RUN: Final = "The probe around the gateway has not run within a day: run it on the page Probes"


def measure(evidence: Evidence) -> Iterator[Part]:
    """Apps and zones are those that the company states, what was tried the probe's: what it left out is missed."""
    run = fresh(evidence, UPSTREAMS, COUNTS_FOR)
    missing = UNREAD if evidence.probes is None else "" if run is not None else _NOT_RUN
    yield Part(
        "upstreams that refused everybody but the gateway within the last 24 hours, by zone",
        tuple(row for one in upstreams(evidence.apps.values()) for row in _rows(evidence, one)),
        grade=Grade.PROBED,
        missing=missing,
    )


def _rows(evidence: Evidence, upstream: Upstream) -> Iterator[Row]:
    app, tried = evidence.apps[upstream.app], tries_of(fresh(evidence, UPSTREAMS, COUNTS_FOR))
    for zone in zones_for(upstream, evidence.network.network or Network(()), evidence.identity.own_addresses):
        name = name_of(upstream.app, zone)
        why = why_not(tried.get(name), untried=_UNTRIED)
        yield of_app(app, why, f"{app.id}>{zone}")


CONTROL: Final = Control(
    id="I6",
    phase=Phase.IDENTITY,
    title="No way round the gateway",
    demands="The upstream of every app refuses connections that don't come from the gateway.",
    figure="upstreams and zones: those that refused a direct connection within the last 24 hours",
    closes="It is all of them, tried no longer than a day ago.",
    why="Whoever reaches the app's own address meets none of the policies that stand before it.",
    how="State the app's host in network.yaml, have servers in other zones probe, and let only the gateway reach it.",
    page=PAGE,
    minutes=60,
    weight=4,
    measure=measure,
)
