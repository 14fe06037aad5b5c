"""D3: systems get security updates, and have them installed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from limen.roadmap.devices.health import Asked, part
from limen.roadmap.evidence import Evidence
from limen.roadmap.model import Control, Part, Phase

_WITHIN_DAYS: Final = 14


def measure(evidence: Evidence) -> Iterator[Part]:
    yield part(evidence, "devices on a system that its maker supports", Asked("os"))
    yield part(
        evidence,
        "devices without a security update that has waited for more than 14 days, or for a restart",
        Asked("updates", within_days=_WITHIN_DAYS),
    )


CONTROL: Final = Control(
    id="D3",
    phase=Phase.DEVICES,
    title="Supported and patched",
    demands="Every device runs a supported system and has its security updates within 14 days, restarts included.",
    figure="devices seen in 30 days on a supported system, with no security update older than 14 days",
    closes="It is all of them.",
    why="Most attacks use holes that were closed long ago; Cyber Essentials fails on one such device.",
    how="Switch automatic updates on, have devices restart, and replace those that their makers no longer support.",
    page="/console/devices",
    minutes=240,
    weight=5,
    measure=measure,
)
