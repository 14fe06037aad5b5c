"""A token of a program: for one app and some actions, for a while, owned by a person or a workload."""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import ip_address, ip_network

from limen.clock import DAY, Instant
from limen.facts import Auth, Session

USUAL_DAYS = 90
MOST_DAYS = 365


@dataclass(frozen=True, slots=True)
class AppToken:
    """`strength` and `proved_at` are of the proof it was made with. The secret exists only as a hash, elsewhere.

    `used_on` is the day of its last use (0: never) and `used_from` the network: the journal says when exactly.
    """

    id: str
    owner_id: str
    name: str
    app: str
    actions: frozenset[str]
    strength: int
    proved_at: Instant
    made_at: Instant
    expires_at: Instant
    used_on: Instant = 0
    used_from: str = ""
    revoked_at: Instant = 0

    def is_good(self, now: Instant) -> bool:
        return not self.revoked_at and now < self.expires_at

    @property
    def session(self) -> Session:
        """What a door finds behind the secret."""
        return Session(
            id=self.id,
            person_id=self.owner_id,
            auth=Auth(self.strength, frozenset(), self.proved_at, by_token=True),
            started_at=self.made_at,
            expires_at=self.expires_at,
            idle_ms=self.expires_at - self.made_at,
            app=self.app,
            actions=self.actions,
        )


@dataclass(frozen=True, slots=True)
class Issued:
    """A new token; `secret` is all of it, to be shown once and nowhere else."""

    token: AppToken
    secret: str = field(repr=False)


def day_of(instant: Instant) -> Instant:
    """The day it falls on, in UTC."""
    return instant - instant % DAY


def network_of(address: str) -> str:
    """`203.0.113.0/24`: enough to tell one's own network from a strange one, too little to follow a person by."""
    try:
        version = ip_address(address).version
        return str(ip_network(f"{address}/{24 if version == 4 else 48}", strict=False))
    except ValueError:
        return ""
