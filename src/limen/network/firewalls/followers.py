"""What firewalls are told, signed: the ruleset that is confirmed, the change on trial, and what is open for a while."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from limen.clock import SECOND, Instant
from limen.following.keys import SigningKey, signing
from limen.following.turns import State, Turns, signed_state
from limen.network.firewalls.store import EnrolledFirewall, RulesetChange
from limen.network.packets import address_of
from limen.network.packets.box import Box

NAMESPACE: Final = "limen-firewall-state"
"""What a signature of a state is good for, and nothing else."""
MOST_OPENINGS: Final = 20_000


@dataclass(frozen=True, slots=True)
class Opened:
    """What is open on a firewall until an instant. `set_` and `value` are the element that opens it there, in nft's
    JSON; `box` are the connections that are cut when it ends.
    """

    id: str
    firewall: str
    set_: str
    value: tuple[Any, ...]
    until: Instant
    box: Box

    @property
    def said(self) -> dict[str, Any]:
        """As firewalls are told."""
        return {
            "id": self.id,
            "set": self.set_,
            "value": list(self.value),
            "until": self.until,
            "source": [str(address_of(self.box.family, one)) for one in self.box.source],
            "destination": [str(address_of(self.box.family, one)) for one in self.box.destination],
            "protocol": list(self.box.protocol),
            "port": list(self.box.port),
        }


@dataclass(frozen=True, slots=True)
class Heard:
    """What a firewall said last: which state and which ruleset are in force there, and by how many seconds its clock is
    ahead of Limen's. `tunnel_key`: the public key by which tunnels find it; "" where none ends there. `state` is the
    number of this worker's state; 0 where it asked another worker. `caught_up_at`: when it had last all that the worker
    knew that it asked.
    """

    at: Instant
    state: int = 0
    in_force: str = ""
    clock: int = 0
    tunnel_key: str = ""
    caught_up_at: Instant = 0


@dataclass
class Followers(Turns):
    """Used on the event loop alone. `changes` are those that are open, by the firewall's name."""

    keys: tuple[SigningKey, ...]
    firewalls: dict[str, EnrolledFirewall] = field(default_factory=dict)
    changes: dict[str, RulesetChange] = field(default_factory=dict)
    heard: dict[str, Heard] = field(default_factory=dict)
    repairs: bool = True
    _opened: dict[str, Opened] = field(default_factory=dict)
    _tunnels: dict[str, dict[str, Any]] = field(default_factory=dict)
    _probes: dict[str, dict[str, Any]] = field(default_factory=dict)

    def take_over(self, firewalls: Iterable[EnrolledFirewall], changes: Iterable[RulesetChange]) -> None:
        """These are the firewalls, and the changes that are open."""
        self.firewalls = {one.id: one for one in firewalls}
        self.changes = {one.firewall: one for one in changes}
        self.change()

    def open(self, *openings: Opened) -> None:
        """Open these, each until its end. Raises ValueError where more would be open than a firewall takes."""
        if len(self._opened) + len(openings) > MOST_OPENINGS:
            raise ValueError("more is open for a while than a firewall takes")
        self._opened |= {one.id: one for one in openings}
        self.change()

    def close(self, *ids: str) -> None:
        """Close these now. What has ended by itself may be among them."""
        if [self._opened.pop(one) for one in ids if one in self._opened]:
            self.change()

    @property
    def opened(self) -> tuple[Opened, ...]:
        """What is open, also what has ended by itself since this was looked at last."""
        return tuple(self._opened.values())

    def probe(self, firewall: str, probes: dict[str, Any] | None) -> None:
        """Ask the firewall of this name to try these; None: nothing."""
        if probes is not None:
            self._probes[firewall] = probes
            self.change()
        elif self._probes.pop(firewall, None) is not None:
            self.change()

    def tunnels(self, of: dict[str, dict[str, Any]]) -> None:
        """Which tunnels end at which firewall, by its name, as it is told."""
        if of != self._tunnels:
            self._tunnels = of
            self.change()

    def forget(self, now: Instant) -> None:
        """Drop what has ended by itself: firewalls know it as long as Limen does."""
        self._opened = {id_: one for id_, one in self._opened.items() if one.until > now}

    def state(self, one: EnrolledFirewall) -> State:
        """What this firewall is told now."""
        now, number = self.clock.now(), self.number
        change = self.changes.get(one.name)
        said: dict[str, Any] = {
            "firewall": one.id,
            "number": number,
            "at": now // SECOND,
            "signers": [key.line for key in self.keys],
            "ruleset": one.digest,
            "change": None if change is None else {"id": change.id, "digest": change.digest, "needs": change.needs},
            "repair": self.repairs,
            "openings": [
                opened.said for opened in self._opened.values() if opened.firewall == one.name and opened.until > now
            ],
        }
        said |= {"tunnels": self._tunnels[one.name]} if one.name in self._tunnels else {}
        said |= {"probes": self._probes[one.name]} if one.name in self._probes else {}
        return signed_state(number, said, signing(self.keys, now), NAMESPACE)
