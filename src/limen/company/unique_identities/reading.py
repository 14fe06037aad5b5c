"""What is looked at: accounts with how they are used, from one snapshot."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from limen.access.service_accounts import store as service_accounts
from limen.access.service_accounts.model import ServiceAccount
from limen.clock import DAY, Instant
from limen.devices import store as devices
from limen.devices.inventory import store as inventory
from limen.devices.inventory.model import SeenBrowser
from limen.devices.model import EnrolledDevice
from limen.enforcement.ssh import store as ssh
from limen.identity.model import AccountDecision, Member, Workload
from limen.identity.shared_seeds import SharedSeeds
from limen.identity.sources import store as sources
from limen.identity.sources.store import Record
from limen.identity.store import account_decisions, issuer_accounts, people, upkeep, workloads
from limen.identity.store.issuer_accounts import IssuerAccount
from limen.monitor.alerts import findings
from limen.monitor.alerts.findings import Finding as Found
from limen.monitor.detections.shared_accounts.shared_accounts import ABOUT
from limen.sso.provisioning import store as at_apps
from limen.sso.provisioning.store import Difference, DifferenceKind
from limen.storage import Snapshot

LATELY: Final = 90 * DAY
"""How far back a browser or device that two have used speaks for anything."""
SHARED_LATELY: Final = 30 * DAY
MOST_FOUND: Final = 5_000


@dataclass(frozen=True, slots=True)
class Held:
    """Everything that is looked at. By ids of people: `last_sign_ins`, `hosts` (accounts there), `sources` (what those
    say of them); by ids: `devices`. `of_nobody` are records of sources, and `strangers` active accounts at
    apps, that match nobody here.

    `shared_use` is what the detection found, the newest first; `browsers` are those of several people, who used each
    when last; `same_seed` who has one authenticator app together.
    """

    members: tuple[Member, ...]
    last_sign_ins: Mapping[str, Instant] = field(default_factory=dict)
    shared_use: tuple[Found, ...] = ()
    browsers: tuple[Mapping[str, Instant], ...] = ()
    same_seed: tuple[frozenset[str], ...] = ()
    seen: tuple[SeenBrowser, ...] = ()
    devices: Mapping[str, EnrolledDevice] = field(default_factory=dict)
    at_issuers: tuple[IssuerAccount, ...] = ()
    hosts: Mapping[str, str] = field(default_factory=dict)
    of_nobody: tuple[Record, ...] = ()
    strangers: tuple[Difference, ...] = ()
    sources: Mapping[str, list[Record]] = field(default_factory=dict)
    workloads: tuple[Workload, ...] = ()
    service_accounts: tuple[ServiceAccount, ...] = ()
    decisions: Mapping[str, AccountDecision] = field(default_factory=dict)


def read(snapshot: Snapshot, seeds: SharedSeeds, now: Instant) -> Held:
    """As it is in the database now."""
    connection = snapshot.connection
    return Held(
        members=tuple(people.members(connection)),
        last_sign_ins=upkeep.last_sign_ins(connection),
        shared_use=tuple(findings.of_rule(connection, ABOUT.id, now - SHARED_LATELY, MOST_FOUND)),
        browsers=tuple(upkeep.browsers_of_several(connection, now - LATELY).values()),
        same_seed=tuple(seeds.groups(snapshot)),
        seen=tuple(one for one in inventory.every(connection) if one.device_id and one.last_at > now - LATELY),
        devices={held.device.id: held.device for held in devices.every(connection)},
        at_issuers=tuple(issuer_accounts.of(connection)),
        hosts=ssh.accounts(connection),
        of_nobody=tuple(sources.of_nobody(connection, MOST_FOUND)),
        sources=sources.linked(connection),
        strangers=tuple(
            one for one in at_apps.differences(connection) if one.kind is DifferenceKind.STRANGER and one.is_active
        )[:MOST_FOUND],
        workloads=tuple(workloads.all_known(connection)),
        service_accounts=tuple(service_accounts.every(connection)),
        decisions={one.finding_id: one for one in account_decisions.every(connection) if one.counts(now)},
    )
