"""What `monitor.yaml` says, frozen: whether Limen watches, and who sends it what happens."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from limen.clock import DAY, MINUTE, Milliseconds
from limen.monitor.detections.section import DetectionRules
from limen.monitor.notify.rules import NotifyRules
from limen.monitor.places.rules import NO_PLACES, PlaceRules
from limen.monitor.response.rules import Playbook
from limen.monitor.risk.rules import RiskRules


class Way(StrEnum):
    """How what a source says comes to Limen."""

    UDP = "udp"
    """Syslog over UDP (RFC 5426): whoever can write a sender's address can speak in its name, and what is lost is lost.
    """
    TCP = "tcp"
    """Syslog over plain TCP (RFC 6587): known by its address alone, and read by whoever is on the way."""
    TLS = "tls"
    """Syslog over TLS (RFC 5425): each sender by a client certificate of its own."""
    HTTP = "http"
    """JSON lines, or the HTTP event collector that many products send to: each sender by a token of its own."""
    AGENT = "agent"
    """By `limen-agent`, each device under its own key."""
    ASKED = "asked"
    """Limen asks a service for it, under a secret of its own there."""


UNPROVEN = frozenset({Way.UDP, Way.TCP})
"""Ways on which nobody proves who sends."""


@dataclass(frozen=True, slots=True)
class Service:
    """A service that Limen asks for its logs: where that is, in whose name Limen asks, what it reads, how often."""

    tenant: str = ""
    client: str = ""
    admin: str = ""
    url: str = ""
    organization: str = ""
    bucket: str = ""
    region: str = ""
    prefix: str = ""
    reads: tuple[str, ...] = ()
    every_ms: Milliseconds = 5 * MINUTE


@dataclass(frozen=True, slots=True)
class LogSource:
    """Who sends what happens. `kind` says how it reads (`limen.monitor.normal_form.kinds`).

    `addresses`: from which networks it is taken; () for anywhere. It is silent where nothing came for `heartbeat_ms`
    (0: nothing of the kind is promised). What it said is kept for `keep_ms`. `files` and `journal` are what agents
    read, on devices of these `platforms`. `service` is what is asked, where anything is. `products`: whose records come
    from there, where they are JSON; what looks like others' is read as JSON of nobody known.
    """

    kind: str
    way: Way
    addresses: tuple[str, ...] = ()
    heartbeat_ms: Milliseconds = 0
    keep_ms: Milliseconds = 90 * DAY
    files: tuple[str, ...] = ()
    journal: bool = False
    service: Service | None = None
    products: tuple[str, ...] = ()

    @property
    def is_proven(self) -> bool:
        """Whether senders prove who they are."""
        return self.way not in UNPROVEN


@dataclass(frozen=True, slots=True)
class MonitorRules:
    """All that `monitor.yaml` says. `watch` False: nothing comes in, and nothing is found."""

    watch: bool = True
    sources: Mapping[str, LogSource] = field(default_factory=dict)
    detections: DetectionRules = field(default_factory=DetectionRules)
    places: PlaceRules = NO_PLACES
    risk: RiskRules = field(default_factory=RiskRules)
    playbooks: tuple[Playbook, ...] = ()
    notify: NotifyRules = field(default_factory=NotifyRules)
