"""What is known of devices, of who tells of them, and of what was opened from them. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from limen.clock import DAY, Instant, Milliseconds
from limen.devices.inventory.model import Known
from limen.devices.signals.hosts_store import SensorHost
from limen.devices.signals.model import Signal
from limen.facts.device_rules import DeviceRules
from limen.roadmap.devices.past_access import PastAccess

SILENT_AFTER: Final[Milliseconds] = DAY
"""A source that has said nothing for so long is silent: of its devices nothing is known now."""


@dataclass(frozen=True, slots=True)
class Unmatched:
    """A device that `source` reported a risk of, and that Limen does not know. `ref` is the source's name for that."""

    source: str
    ref: str
    at: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceEvidence:
    """None is a source that is silent.

    `rules` are what devices.yaml says, None before anything was published. `known` is every device that anybody told
    of, with its last report. `heard` is when each source of devices and each source of signals was last heard (0 or
    not there: never). `signals` are risks that were reported about devices, `unmatched` those of the last 30 days about
    devices that nobody knows. `servers` are the ids of the servers that enrolled for SSH, with their names.
    `sensor_hosts` are hosts that a source of signals hears of and that are no enrolled device. `used_at` is when
    anything was last decided for each person. `past` is from which devices things were opened.
    """

    rules: DeviceRules | None = None
    known: Known | None = None
    heard: Mapping[str, Instant] = field(default_factory=dict)
    signals: tuple[Signal, ...] | None = None
    unmatched: tuple[Unmatched, ...] | None = None
    servers: Mapping[str, str] | None = None
    sensor_hosts: tuple[SensorHost, ...] | None = None
    used_at: Mapping[str, Instant] | None = None
    past: PastAccess | None = None
