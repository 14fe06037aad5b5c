"""What is known of the network: what is stated, what was proved of it, what firewalls have in force and tell. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from limen.clock import Instant
from limen.network.clouds.model import CloudReading
from limen.network.firewalls.drift_events import Drift
from limen.network.learning.counting import Contact, Tally
from limen.network.learning.lately import Lately
from limen.network.model import Firewall, Network
from limen.network.probes.model import Result
from limen.network.proof.assets import Asset
from limen.network.proof.naming import Reachable
from limen.network.proved import Proved


@dataclass(frozen=True, slots=True, kw_only=True)
class FirewallState:
    """One firewall that network.yaml names, and what is known of the rules in force there.

    `zones` are those that it has a leg in. `confirmed` is the digest of the ruleset that was confirmed there last,
    `reported` that of the one which the firewall itself found in force at `heard_at` (0: it said nothing for a day),
    `wanted` that of what network.yaml means today; "" where there is none. `beyond` is what the confirmed ruleset lets
    through and network.yaml does not, `lacking` the other way round; None where it could not be compared.
    `caught_up_at` is when it had last all that Limen knew, `settled_at` when its rules were confirmed last. `drifts`
    are what somebody changed there beside Limen in the last 90 days.
    """

    firewall: Firewall
    zones: frozenset[str] = frozenset()
    is_enrolled: bool = False
    confirmed: str = ""
    reported: str = ""
    heard_at: Instant = 0
    caught_up_at: Instant = 0
    wanted: str = ""
    beyond: tuple[Reachable, ...] | None = None
    lacking: tuple[Reachable, ...] | None = None
    settled_at: Instant = 0
    drifts: tuple[Drift, ...] = ()


@dataclass(frozen=True, slots=True)
class CrossingAlert:
    """That a machine (`entity`) tried to reach a guarded zone was found, and became an alert or joined one, at
    `raised_at`. `since` is when the first packet was that it rests on.
    """

    id: str
    title: str
    entity: str
    case_id: str
    since: Instant
    raised_at: Instant


@dataclass(frozen=True, slots=True)
class EndedDoor:
    """A temporary opening in the firewalls whose end has come: when it was to end at the latest, and when it was closed
    (0: nobody closed it).
    """

    id: str
    app: str
    opened_at: Instant
    until: Instant
    closed_at: Instant = 0


@dataclass(frozen=True, slots=True)
class Foothold:
    """What whoever holds a stolen laptop, or one place where workstations are, reaches without a new human step:
    hosts and zones, and ids of apps. `page` leads to it.
    """

    id: str
    name: str
    page: str
    is_person: bool
    assets: frozenset[Asset] = frozenset()
    apps: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkEvidence:
    """See each field. None is a source that is silent."""

    today: str = ""
    """The day (ISO 8601) where the company is."""
    network: Network | None = None
    """What network.yaml in force states; None where it states no zone."""
    without: Mapping[str, str] = field(default_factory=dict)
    """Built-in statements of what must never be that the company does without, and why."""
    proved: Proved | None = None
    """What is proved of that network today; None where there is none, or it is too large."""
    firewalls: tuple[FirewallState, ...] = ()
    """Every firewall that network.yaml names."""
    probed: tuple[Result, ...] = ()
    """What came of the last round of each canary within a day."""
    seen: Mapping[Contact, Tally] | None = None
    """Connections of the last 60 days, as firewalls counted them by day; None where none was ever counted."""
    signed_in_from: frozenset[str] = frozenset()
    """Addresses of sessions that are alive."""
    lately: Lately | None = None
    """The same connections by the flows that let them through."""
    alerts: tuple[CrossingAlert, ...] | None = None
    """Alerts of tries to reach guarded zones since `alerts_since`; None where Limen does not watch."""
    alerts_since: Instant = 0
    doors: tuple[EndedDoor, ...] = ()
    """Temporary openings of the last 90 days whose end has come."""
    silences: tuple[tuple[str, Instant], ...] = ()
    """When which firewall (its name) had not asked for minutes, in the last 90 days."""
    clouds: tuple[CloudReading, ...] | None = None
    """What clouds had when they were read last, also where network.yaml states no zone."""
    footholds: tuple[Foothold, ...] | None = None
    """What a stolen laptop reaches, of each person, and each place of workstations; None: not worked out."""
