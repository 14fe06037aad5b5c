"""D7: what is confidential opens only on a device that is bound and compliant at that moment."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from limen.roadmap.devices.opened import opened
from limen.roadmap.evidence import Evidence
from limen.roadmap.model import Control, Part, Phase


def measure(evidence: Evidence) -> Iterator[Part]:
    yield opened(
        evidence,
        "requests of people to what is confidential or restricted, made from a bound and compliant device",
        lambda standing: standing.value,
    )


CONTROL: Final = Control(
    id="D7",
    phase=Phase.DEVICES,
    title="Health decides",
    demands="Nothing confidential or restricted opens on a device that is not bound and compliant.",
    figure="permitted requests of the last 7 days to what is confidential or restricted, from such a device",
    closes="It is all of them.",
    why="A stolen session, or malware on an old laptop, opens what nobody looked at the device for.",
    how="Write a policy that forbids what is confidential unless the device is bound and compliant, and try it first.",
    page="/console/policies",
    minutes=60,
    weight=5,
    measure=measure,
)
