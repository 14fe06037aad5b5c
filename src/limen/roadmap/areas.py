"""What a company may state where no source can tell, and which sources would see otherwise. Pure.

A statement stands in a part that has nothing to count. It counts as one row, with the weakest grade, while everybody
who could see otherwise is heard and sees nothing: one that is silent makes the part unknown again, and one that sees
something makes the row a missed one, and ends the statement (`looking`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from limen.network.model import Network
from limen.roadmap.devices.escrow import is_seen_unencrypted
from limen.roadmap.devices.seen import devices
from limen.roadmap.devices.servers import OF_SERVERS
from limen.roadmap.evidence import Evidence
from limen.roadmap.model import Grade, Part, Row
from limen.roadmap.statements import Statement, stated

PAGE: Final = "/console/roadmap"
CLOUD_KINDS: Final = frozenset({"aws", "azure", "gcp"})
_NOT_PUBLISHED: Final = "Publish a company first: a statement is held against what it says."
_CLOUD_HOSTS: Final = (
    ".amazonaws.com",
    ".cloudfront.net",
    ".awsapprunner.com",
    ".azurewebsites.net",
    ".azure.com",
    ".cloudapp.net",
    ".windows.net",
    ".run.app",
    ".appspot.com",
    ".cloudfunctions.net",
)
"""Domains under which AWS, Azure and Google Cloud give what runs there its name."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What sources see of an area: each as a part of a sentence that names no person. `missing` names one that is
    silent ("": none is).
    """

    what: tuple[str, ...] = ()
    missing: str = ""


@dataclass(frozen=True, slots=True)
class Area:
    """`says` is what is stated, as a sentence. `seen` is given the evidence and the subject of the statement ("" where
    it is about the whole company), `is_of_row` whether it is about one row.
    """

    name: str
    says: str
    seen: Callable[[Evidence, str], Seen]
    is_of_row: bool = False


def or_stated(evidence: Evidence, area: str, part: Part) -> Part:
    """The part; or where it has nothing to count, what is stated of this area in its place. Adds no row where nothing
    is stated.
    """
    part = replace(part, area=area)
    found = stated(evidence.statements, area, "", evidence.at)
    if found is None:
        return part
    seen = AREAS[area].seen(evidence, "")
    if seen.what:
        return replace(part, rows=(*part.rows, _row(found, f"{seen.what[0]}, so it is not so")))
    if seen.missing or part.rows:
        return replace(part, missing=part.missing or seen.missing)
    return replace(part, rows=(_row(found),), grade=Grade.ATTESTED, missing="", is_in_place=True)


def is_stated_of(evidence: Evidence, area: str, subject: str) -> bool:
    """Whether somebody states this of one row, and nothing that is heard sees otherwise."""
    found = stated(evidence.statements, area, subject, evidence.at)
    seen = Seen() if found is None else AREAS[area].seen(evidence, subject)
    return found is not None and not seen.what and not seen.missing


def contradicted(evidence: Evidence) -> Iterator[tuple[Statement, str]]:
    """The statements that count now and of which a source sees otherwise, with what it sees."""
    for one in evidence.statements:
        if one.counts(evidence.at) and one.area in AREAS:
            what = AREAS[one.area].seen(evidence, one.subject).what
            if what:
                yield one, what[0]


def _row(found: Statement, why: str = "") -> Row:
    return Row(f"stated:{found.area}", AREAS[found.area].says, not why, why, PAGE)


# What sources see


def _clouds(evidence: Evidence, _subject: str) -> Seen:
    if evidence.company is None or evidence.network.clouds is None:
        return Seen(missing=_NOT_PUBLISHED)
    return Seen((*_clouds_of(evidence.network.network), *_readings(evidence), *_apps_in_clouds(evidence)))


def _clouds_of(network: Network | None) -> Iterator[str]:
    if network is None:
        return
    yield from (f"network.yaml names {one.name}, of {one.kind}" for one in network.firewalls if one.kind in CLOUD_KINDS)
    for zone in network.zones:
        if zone.kind == "cloud" or CLOUD_KINDS & {name for name, _ in zone.tags}:
            yield f"network.yaml has the zone {zone.name} in a cloud"


def _readings(evidence: Evidence) -> Iterator[str]:
    yield from (f"the groups of {one.name} were read" for one in evidence.network.clouds or ())


def _apps_in_clouds(evidence: Evidence) -> Iterator[str]:
    for app in evidence.apps.values():
        host = app.upstream.url.partition("://")[2].partition("/")[0].partition(":")[0].casefold()
        if host.endswith(_CLOUD_HOSTS):
            yield f"the app {app.id} runs at {host[:80]}"


def _servers(evidence: Evidence, _subject: str) -> Seen:
    known = evidence.devices.servers
    if known is None or evidence.company is None:
        return Seen(missing=_NOT_PUBLISHED)
    enrolled = (f"the server {name} is enrolled for SSH" for name in sorted(known.values()))
    return Seen((*enrolled, *_hosts_of_servers(evidence)))


def _hosts_of_servers(evidence: Evidence) -> Iterator[str]:
    network = evidence.network.network or Network(())
    for host in network.hosts:
        if network.zone_of[host.zone].kind in OF_SERVERS:
            yield f"network.yaml has the host {host.name} in a zone of servers"


def _keys(evidence: Evidence, subject: str) -> Seen:
    """A disk that is not encrypted has no recovery key: whatever is in the safe is of one that was."""
    if evidence.devices.known is None or evidence.devices.rules is None:
        return Seen(missing=_NOT_PUBLISHED)
    device = next((one for one in devices(evidence.devices, evidence.at) if one.id == subject), None)
    return Seen(("its disk is not encrypted",)) if device is not None and is_seen_unencrypted(device) else Seen()


AREAS: Final[Mapping[str, Area]] = {
    one.name: one
    for one in (
        Area("cloud", "Nothing of the company runs in a cloud of AWS, Azure or Google.", _clouds),
        Area("servers", "The company has no servers.", _servers),
        Area("recovery_key", "The recovery key of this device is kept where its finder is not.", _keys, is_of_row=True),
    )
}


def of_company() -> Iterable[Area]:
    """Those that are about the whole company."""
    return (one for one in AREAS.values() if not one.is_of_row)
