"""The rules of one firewall: read as `limen network import` reads them, and as the network that they make.

Its interfaces become zones. What can't be said as zones and flows is not lost: then the firewall counts as one that
lets through more than is stated, and nothing is called closed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Final

from limen.assessing.folder import File
from limen.clock import Instant
from limen.company.child import parse_texts
from limen.configuration.tree import Tree
from limen.errors import LimenError
from limen.network.built_in import BUILT_IN
from limen.network.limited import TooMuchError, proved
from limen.network.model import FILE, INTERNET, NFTABLES, Firewall, Network, Prefix
from limen.network.network_file import read as read_network
from limen.network.nft.listing import NotAListing, tables
from limen.network.packets import Ruleset
from limen.network.proof.naming import Reachable
from limen.network.proved import Proved
from limen.network.reading import nft
from limen.network.reading.files import File as RulesFile, read_files
from limen.network.reading.five_worst import Surroundings, worst
from limen.network.reading.nft_regions import TooTangled
from limen.network.reading.reading import Errs, Reading, not_understood
from limen.network.reading.zones_proposed import proposed
from limen.pillar import Around
from limen.roadmap.network.evidence import FirewallState, NetworkEvidence

NAME: Final = "firewall"
_OWNER: Final = "nobody@limen.invalid"
"""network.yaml wants an owner of each flow, and an export names none."""
_LEFT_OUT: Final = re.compile(r"^# Not in it.*\((\d+)\):$", re.MULTILINE)
_OF_ITSELF: Final = re.compile(r'^#   ".*: to or from the firewall itself"$', re.MULTILINE)
_AS_IT_IS: Final = "without:\n" + "".join(f"  {one.id}: what is in force is read as it is\n" for one in BUILT_IN)
"""What must never be goes by the kinds of zones, which nobody stated; what breaks it is read as well."""
_UPLINKS: Final = ("wan", "ppp", "internet", "outside", "untrust")


@dataclass(frozen=True, slots=True)
class Rules:
    """`worst` are the five worst openings, a sentence each. `doubts` is how much was not understood."""

    kind: str
    evidence: NetworkEvidence
    worst: tuple[str, ...]
    rules: int
    doubts: int


def rules_of(files: Sequence[File], places: dict[str, tuple[Prefix, ...]], now: Instant) -> Rules:
    """Takes seconds. Raises RefusedError for what can't be read, and for files of several firewalls."""
    reading = _reading(files, places, now)
    known = reading.ruleset.zones
    reading = replace(
        reading, places={**{name: one for name, one in places.items() if name in known}, **reading.places}
    )
    outside = [one for one in known if _is_outside(one, reading.places.get(one, ()))]
    openings = worst(reading.ruleset, Surroundings(reading.places, outside))
    return Rules(
        reading.kind,
        _evidence(files, reading, outside, now),
        tuple(f"{one.sentence} ({one.rule.id})" for one in openings),
        len(reading.ruleset.rules),
        len(reading.not_understood),
    )


def _reading(files: Sequence[File], places: dict[str, tuple[Prefix, ...]], now: Instant) -> Reading:
    listings = [one for one in files if b'"nftables"' in one.data[:4096]]
    if listings and len(files) > 1:
        raise files[1].refused("it is of another firewall", "assess one firewall at a time, in folders of their own")
    try:
        if listings:
            return _nftables(listings[0], places, now)
        return read_files([RulesFile(one.name, one.data.decode()) for one in files])
    except (NotAListing, TooTangled) as error:
        raise files[0].refused(str(error)[:200], "export it again with `nft -j list ruleset`") from None
    except LimenError as error:
        raise files[-1].refused(error.what, error.fix or "assess one firewall at a time") from None
    except RecursionError:
        raise files[0].refused("it is nested too deep", "export it again") from None


def _nftables(file: File, places: dict[str, tuple[Prefix, ...]], now: Instant) -> Reading:
    """Each interface that rules name, or that has addresses, is a zone of its own."""
    found = tables(file.data)
    names = tuple(dict.fromkeys((*nft.interfaces(found), *(one for one in places if one != "lo"))))
    read = nft.read(found, {name: (name,) for name in names}, now)
    errs = {"may-allow": Errs.TOO_OPEN, "may-deny": Errs.TOO_OPEN, "translates": Errs.EITHER}
    doubts = tuple(not_understood(one.place, one.text, errs.get(one.effect, Errs.EITHER)) for one in read.notes)
    return Reading(NFTABLES, Ruleset(names, read.ruleset.rules), doubts)


def _is_outside(zone: str, prefixes: Sequence[Prefix]) -> bool:
    return zone.casefold().startswith(_UPLINKS) or (bool(prefixes) and not any(one.is_private for one in prefixes))


def _evidence(files: Sequence[File], reading: Reading, outside: Sequence[str], now: Instant) -> NetworkEvidence:
    today = datetime.fromtimestamp(now / 1000, UTC)
    review = (today + timedelta(days=90)).date().isoformat()
    text = proposed(reading, _OWNER, review, outside) + _AS_IT_IS
    network = _network(text)
    if network is None:
        return NetworkEvidence(today=today.date().isoformat())
    network = replace(
        network,
        flows=tuple(replace(one, owner="") for one in network.flows),
        firewalls=(Firewall(NAME, NFTABLES, tuple(one.name for one in network.zones)),),
    )
    return NetworkEvidence(
        today=today.date().isoformat(),
        network=network,
        proved=_proved(network, today.date().isoformat()),
        firewalls=(_state(files, network, reading, now, is_whole=_says_all(text)),),
    )


def _says_all(text: str) -> bool:
    """Whether nothing of the rules between zones was left out of the network."""
    found = _LEFT_OUT.search(text)
    if found is None:
        return True
    return len(_OF_ITSELF.findall(text, found.end())) == int(found[1])


def _network(text: str) -> Network | None:
    files, problems = parse_texts({FILE: text})
    if problems:
        return None
    file, wrong = read_network(Tree(files[FILE]["tree"]), Around(None, frozenset(), frozenset()))
    return None if file is None or wrong or not file.network.zones else file.network


def _proved(network: Network, today: str) -> Proved | None:
    with suppress(TooMuchError):
        return proved(network, today)
    return None


def _state(files: Sequence[File], network: Network, reading: Reading, now: Instant, *, is_whole: bool) -> FirewallState:
    """The export is what the firewall has in force, since it was written. Where the network says less than the rules,
    or the rules were not all understood, it counts as open.
    """
    digest = sha256(b"".join(one.data for one in files)).hexdigest()
    is_certain = is_whole and reading.errs in {None, Errs.TOO_OPEN}
    beyond: tuple[Reachable, ...] | None = () if is_certain else None
    return FirewallState(
        firewall=network.firewalls[0],
        zones=frozenset({INTERNET, *(one.name for one in network.zones)}),
        is_enrolled=True,
        confirmed=digest,
        reported=digest,
        heard_at=min(one.written_at if one.written_at <= now else 0 for one in files),
        wanted=digest if is_certain else "",
        beyond=beyond,
    )
