"""What is known of the rules that each firewall of network.yaml has in force."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

import msgspec

from limen.clock import DAY, Instant
from limen.errors import LimenError
from limen.network.emit.nft_router import router_of
from limen.network.firewalls import store
from limen.network.firewalls.drift_events import KIND as DRIFT, Drift, drift_of
from limen.network.firewalls.followers import Heard
from limen.network.firewalls.planned import planned
from limen.network.firewalls.service import HEARD
from limen.network.firewalls.store import CONFIRMED, EnrolledFirewall
from limen.network.model import INTERNET, NFTABLES, Firewall, Network
from limen.network.proof.naming import Reachable
from limen.roadmap.network.evidence import FirewallState
from limen.roadmap.sources import Sources
from limen.storage import Database, Snapshot
from limen.storage.kept_briefly import Rows

DRIFT_FOR: Final = 90 * DAY


@dataclass(frozen=True, slots=True)
class _Kept:
    firewall: EnrolledFirewall
    ruleset: str
    settled_at: Instant


def firewall_states(
    sources: Sources, network: Network, today: str, breathe: Callable[[], object]
) -> tuple[FirewallState, ...]:
    """Every firewall that network.yaml names, in its order. Raises StorageError."""
    kept = sources.database.read(_kept)
    heard = _heard(sources.database, [one.firewall.id for one in kept.values()])
    drifts = _drifts(sources)
    found = []
    for one in network.firewalls:
        breathe()
        its = kept.get(one.name)
        last = heard.get(its.firewall.id, Heard(0)) if its is not None else Heard(0)
        digest, beyond, lacking = _compared(network, one, its.ruleset if its else "", today, sources.now)
        found.append(
            FirewallState(
                firewall=one,
                zones=_legs(network, one),
                is_enrolled=its is not None,
                confirmed=its.firewall.digest if its else "",
                reported=last.in_force,
                heard_at=last.at,
                caught_up_at=last.caught_up_at,
                wanted=digest,
                beyond=beyond,
                lacking=lacking,
                settled_at=its.settled_at if its else 0,
                drifts=tuple(drifts.get(one.name, ())),
            )
        )
    return tuple(found)


def _kept(snapshot: Snapshot) -> dict[str, _Kept]:
    connection = snapshot.connection
    return {
        one.name: _Kept(
            one,
            store.ruleset(connection, one.digest) if one.digest else "",
            max(
                (each.ended_at for each in store.last_changes(connection, one.name) if each.state == CONFIRMED),
                default=0,
            ),
        )
        for one in store.firewalls(connection)
    }


def _heard(database: Database, ids: Iterable[str]) -> dict[str, Heard]:
    """What each said last, within a day. It is read in the thread that all reading of it has."""

    def read(rows: Rows) -> dict[str, Heard]:
        found = {id_: rows.look(HEARD, id_) for id_ in ids}
        return {id_: msgspec.msgpack.decode(one.data, type=Heard) for id_, one in found.items() if one is not None}

    return database.kept_briefly.waited_for(read)


def _drifts(sources: Sources) -> dict[str, list[Drift]]:
    found: dict[str, list[Drift]] = defaultdict(list)
    for event in sources.reader.of_kind(DRIFT, sources.now - DRIFT_FOR):
        found[str(event.details.get("firewall", ""))].append(drift_of(event))
    return found


def _legs(network: Network, one: Firewall) -> frozenset[str]:
    if one.kind == NFTABLES and not one.host:
        return frozenset(router_of(network, one.uplinks, zones=one.zones or None).legs)
    return frozenset({*one.zones, INTERNET})


_Said = tuple[Reachable, ...] | None


def _compared(network: Network, one: Firewall, ruleset: str, today: str, now: Instant) -> tuple[str, _Said, _Said]:
    """The digest of what is meant; and what the ruleset lets through beyond it, and lacks of it. Where there is no
    ruleset, nothing is worked out: that takes seconds.
    """
    if one.kind != NFTABLES or not ruleset:
        return "", None, None
    try:
        found = planned(network, one.name, ruleset, today, now)
    except LimenError:
        return "", None, None
    return found.digest, *((found.gone, found.new) if found.is_said else (None, None))
