"""What sensors say of a device's checks: a risk that is high is malware found, a sensor that is silent is none at all.

Pure, as all of compliance: when each source last heard of the device goes in, and until when that holds comes out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from limen.clock import HOUR, Instant
from limen.devices.model import Posture
from limen.devices.signals.model import Level
from limen.devices.verdicts import Found, Verdict
from limen.facts.signal_sources import SignalSource
from limen.messages import gettext_noop

_WORST_FIRST: Final = (Verdict.FAIL, Verdict.UNKNOWN, Verdict.NOT_APPLICABLE, Verdict.PASS)


@dataclass(frozen=True, slots=True)
class Said:
    """What sources come to, by the check they speak about. It stays so until `until` (0: until they say more)."""

    of: Mapping[str, Found]
    is_high: bool
    until: Instant = 0

    @property
    def failing(self) -> frozenset[str]:
        return frozenset([check for check, one in self.of.items() if one.verdict is not Verdict.PASS])


def said(sources: Iterable[SignalSource], platform: str, of: Posture, now: Instant) -> Said:
    """What all sources together say of a device on this platform."""
    found: dict[str, Found] = {}
    is_high = of.risk >= Level.HIGH
    if is_high:
        found["threats"] = Found(Verdict.FAIL, gettext_noop("A sensor reports a high risk"))
    spoken = [
        _of_sensor(one, of.sensors.get(one.name, 0), now)
        for one in sources
        if one.heartbeat_ms and platform in (one.platforms or (platform,))
    ]
    if spoken:
        found["edr"] = min((one for one, _ in spoken), key=lambda one: _WORST_FIRST.index(one.verdict))
    return Said(found, is_high, min([until for _, until in spoken if until], default=0))


def joined(seen: Found, told: Found | None) -> Found:
    """What the agent saw and what sources say, as one: the worse counts, and who knows before who does not."""
    if told is None or (told.verdict is Verdict.UNKNOWN and seen.verdict is Verdict.FAIL):
        return seen
    if seen.verdict is Verdict.UNKNOWN:
        return told
    return min((told, seen), key=lambda one: _WORST_FIRST.index(one.verdict))


def _of_sensor(source: SignalSource, heard_at: Instant, now: Instant) -> tuple[Found, Instant]:
    """What the silence of a sensor comes to, and until when that holds (0: it does not pass by itself)."""
    name = source.name
    if not heard_at:
        return Found(Verdict.UNKNOWN, gettext_noop("{source} has not heard of this device"), {"source": name}), 0
    if heard_at < 0:
        return Found(Verdict.FAIL, gettext_noop("Its sensor has stopped, says {source}"), {"source": name}), 0
    silent_at = heard_at + source.heartbeat_ms
    if now >= silent_at:
        figures = {"source": name, "hours": source.heartbeat_ms // HOUR}
        return Found(Verdict.FAIL, gettext_noop("{source} has not heard of it for {hours} hours"), figures), 0
    return Found(Verdict.PASS, gettext_noop("{source} hears from its sensor"), {"source": name}), silent_at
