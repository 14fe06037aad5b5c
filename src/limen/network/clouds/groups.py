"""What each group of a cloud opens to the internet, of the documents that the cloud's own tool prints. Pure.

Read strictly: a list that breaks off, a group that interfaces have and the list has not, and a rule that was not
understood are doubts, since each of them may hide what is open.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from ipaddress import ip_network
from typing import Any, Final

from limen.network.clouds.azure_tags import without_tags
from limen.network.clouds.model import CloudGroup, CloudReading
from limen.network.model import INTERNET
from limen.network.packets import ANYWHERE, Box, Interval
from limen.network.packets.box import TCP, UDP
from limen.network.reading.aws import read_aws
from limen.network.reading.azure import read_azure
from limen.network.reading.files import MOST_FILES
from limen.network.reading.gcp import read_gcp
from limen.network.reading.intervals import joined
from limen.network.reading.json_documents import merged, objects, text
from limen.network.reading.openings import opened
from limen.network.reading.reading import Errs, Reading, UnreadableError

ADMINISTRATIVE: Final = (22, 23, 2375, 3389, 5900, 5985, 5986)
"""SSH, Telnet, Docker without TLS, RDP, VNC, WinRM."""
DATABASES: Final = (1433, 1521, 3306, 5432, 6379, 9200, 11211, 27017)
"""SQL Server, Oracle, MySQL, PostgreSQL, Redis, Elasticsearch, memcached, MongoDB."""
PORTS: Final = (*ADMINISTRATIVE, *DATABASES)
MOST_OPENED: Final = 8
"""Of one group, that are named."""
MOST_DOUBTS: Final = 20
_LONGEST_NAME: Final = 120
_WIDE: Final = {4: 1 << 24, 6: 1 << 104}
"""So many public addresses are the internet: who writes 0.0.0.0/0 as two halves, or as many parts, opens it as well."""
_PRIVATE: Final = tuple(
    ip_network(one)
    for one in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16",
                "fc00::/7", "fe80::/10")
)  # fmt: skip
_GOES_ON: Final = ("NextToken", "nextToken", "nextLink", "nextPageToken", "@odata.nextLink")
_OF_MACHINES: Final = frozenset({"NetworkInterfaces", "instances"})
"""Doubts about machines that have several groups: each group is looked at alone here."""
READERS: Final = {"aws": read_aws, "azure": read_azure, "gcp": read_gcp}


def read_groups(name: str, kind: str, documents: Sequence[Mapping[str, Any]]) -> CloudReading:
    """What groups open, without an instant. `kind` is one of `READERS`. Raises UnreadableError."""
    if kind not in READERS:
        raise UnreadableError(f"there is no cloud {kind[:40]!r}", f"it is one of {', '.join(READERS)}")
    if not 0 < len(documents) <= MOST_FILES:
        raise UnreadableError(f"{len(documents)} documents are given", f"give from 1 to {MOST_FILES}")
    reading = READERS[kind](*(map(without_tags, documents) if kind == "azure" else documents))
    listed = _listed(documents) if kind == "aws" else None
    groups = tuple(
        CloudGroup(zone[:_LONGEST_NAME], opened_in)
        for zone, opened_in in _by_zone(reading).items()
        if listed is None or not listed.isdisjoint(zone.partition("@")[0].split("+"))
    )
    doubts = [*_cut_short(documents), *_left_out(documents, listed), *_not_understood(reading)]
    return CloudReading(name, kind, groups=groups, doubts=tuple(doubts[:MOST_DOUBTS]))


# What is open


def _by_zone(reading: Reading) -> dict[str, tuple[str, ...]]:
    """By zone what the internet reaches there, the lowest port first."""
    reached: defaultdict[tuple[str, int], dict[str, list[tuple[int, Interval]]]] = defaultdict(dict)
    for rule, boxes, _ in opened(reading.ruleset):
        if rule.from_zone not in {ANYWHERE, INTERNET}:
            continue
        for zone in reading.ruleset.zones if rule.to_zone == ANYWHERE else (rule.to_zone,):
            for box in boxes:
                for port in _ports(box):
                    reached[zone, port].setdefault(rule.id, []).append((box.family, box.source))
    return {
        zone: tuple(
            f"{port} by {', '.join(sorted(rules))[:_LONGEST_NAME]}"
            for (where, port), rules in sorted(reached.items())
            if where == zone and _is_wide(source for sources in rules.values() for source in sources)
        )[:MOST_OPENED]
        for zone in reading.ruleset.zones
        if zone != INTERNET
    }


def _ports(box: Box) -> Iterator[int]:
    if any(box.protocol[0] <= one <= box.protocol[1] for one in (TCP, UDP)):
        yield from (one for one in PORTS if box.port[0] <= one <= box.port[1])


def _is_wide(sources: Iterable[tuple[int, Interval]]) -> bool:
    """Whether these are so many public addresses, in one family, that they are the internet."""
    count = {4: 0, 6: 0}
    for family, (low, high) in joined(sources):
        private = sum(
            max(0, min(high, int(one.broadcast_address)) - max(low, int(one.network_address)) + 1)
            for one in _PRIVATE
            if one.version == family
        )
        count[family] += high - low + 1 - private
    return any(count[family] >= wide for family, wide in _WIDE.items())


# What may be hidden


def _cut_short(documents: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    if any(one.get(name) for one in documents for name in _GOES_ON):
        yield "the list goes on elsewhere: have the tool print all of it"


def _listed(documents: Sequence[Mapping[str, Any]]) -> frozenset[str]:
    return frozenset(text(one, "GroupId") for one in objects(merged(documents), "SecurityGroups"))


def _left_out(documents: Sequence[Mapping[str, Any]], listed: frozenset[str] | None) -> Iterator[str]:
    """Groups that interfaces have, and that the list of groups is without."""
    if listed is None:
        return
    had = {
        text(group, "GroupId")
        for one in objects(merged(documents), "NetworkInterfaces")
        for group in objects(one, "Groups")
    }
    yield from (f"{one[:_LONGEST_NAME]} is in use, and is not in the list" for one in sorted(had - listed - {""}))


def _not_understood(reading: Reading) -> Iterator[str]:
    for one in reading.not_understood:
        if one.errs is not Errs.TOO_OPEN and one.where not in _OF_MACHINES:
            yield f"{one.where[:_LONGEST_NAME]}: {one.what[:_LONGEST_NAME]} was not understood"
