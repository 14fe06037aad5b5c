"""D8: what an EDR reports takes access away at once, and that was tried with each EDR lately."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from limen.clock import DAY, SECOND, Milliseconds
from limen.probes.catalogue import EDR
from limen.probes.model import Try
from limen.roadmap.evidence import Evidence
from limen.roadmap.model import Control, Grade, Part, Phase, Row
from limen.roadmap.probed import PAGE, UNREAD, fresh, tries_of, why_not

LATELY: Final[Milliseconds] = 30 * DAY
WITHIN: Final[Milliseconds] = 5 * SECOND
_NOT_RUN: Final = "The probe of security software has not run within 30 days: run it on the page Probes"
_NO_SOURCE: Final = "Name the EDR in devices.yaml (signals): no source reports risks of devices"


def measure(evidence: Evidence) -> Iterator[Part]:
    """Sources are those that devices.yaml names; what was tried is the probe's. One that it left out is missed."""
    rules, run = evidence.devices.rules, fresh(evidence, EDR, LATELY)
    names = sorted(rules.signals) if rules is not None else []
    tried = tries_of(run)
    missing = UNREAD if evidence.probes is None else "" if run is not None else _NOT_RUN
    yield Part(
        "EDR sources whose signal had the next request of an open session refused within 5 seconds, in 30 days",
        tuple(_row(name, tried.get(name)) for name in names),
        grade=Grade.PROBED,
        missing=missing if names else _NO_SOURCE,
    )


def _row(name: str, tried: Try | None) -> Row:
    why = why_not(tried, untried="it was not tried within 30 days", within=WITHIN)
    return Row(name, name, not why, why, PAGE)


CONTROL: Final = Control(
    id="D8",
    phase=Phase.DEVICES,
    title="A signal of the EDR takes access away",
    demands="A high risk that an EDR reports ends open sessions at once, and that is tried once a month.",
    figure="connected EDR sources whose signal had an open session refused within 5 seconds",
    closes="It is all of them, and each was tried within 30 days.",
    why="Minutes after malware runs, the session of its victim is used by somebody else.",
    how="Connect each EDR by a webhook with a secret, and run the probe of security software.",
    page=PAGE,
    minutes=90,
    weight=4,
    measure=measure,
)
