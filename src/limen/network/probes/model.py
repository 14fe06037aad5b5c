"""The nouns of probes: one connection that a canary tries, a round of them, and what came of each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Final, Literal, TypeAlias

from limen.clock import Instant
from limen.network.packets.box import TCP, Packet

Outcome: TypeAlias = Literal["through", "refused", "silent", "untried"]
"""It came through, something refused it, nothing answered, or the canary could not try."""
MOST_PROBES: Final = 40
"""Of one round: each may take two seconds."""


@dataclass(frozen=True, slots=True)
class Probe:
    """One connection by TCP, from the canary's address `source` to the stated host `host`.

    `must_pass`: a flow lets it through; else it is denied. `because`: the flow, or the statement of what must never be
    ("": no flow leads there).
    """

    from_zone: str
    to_zone: str
    host: str
    source: str
    destination: str
    port: int
    must_pass: bool
    because: str = ""

    @property
    def packet(self) -> Packet:
        """The first of the connection."""
        source, destination = ip_address(self.source), ip_address(self.destination)
        return Packet(
            self.from_zone, self.to_zone, source.version, int(source), int(destination), TCP, self.port, source_port=0
        )

    @property
    def needs(self) -> str:
        """The flow that would let it through."""
        return f"{self.from_zone} to {self.host} by tcp/{self.port}"


@dataclass(frozen=True, slots=True)
class Result:
    """What the canary `canary` says came of a probe, and which firewalls told Limen that they denied it."""

    canary: str
    probe: Probe
    outcome: Outcome
    at: Instant
    denied_by: tuple[str, ...] = ()

    @property
    def is_as_stated(self) -> bool | None:
        """None where it was not tried."""
        if self.outcome == "untried":
            return None
        return (self.outcome == "through") is self.probe.must_pass


@dataclass
class Round:
    """What one canary was asked to try at once, from `begun` to `ends`. `outcomes` are by the number of the probe."""

    id: str
    firewall: str
    firewall_id: str
    probes: tuple[Probe, ...]
    begun: Instant
    ends: Instant
    told_at: Instant = 0
    outcomes: dict[int, Outcome] = field(default_factory=dict)
    denied_by: dict[int, set[str]] = field(default_factory=dict)

    def results(self) -> Iterator[Result]:
        """Of what was told."""
        for number, outcome in sorted(self.outcomes.items()):
            by = tuple(sorted(self.denied_by.get(number, ())))
            yield Result(self.firewall, self.probes[number], outcome, self.told_at, by)
