"""`places:` in `monitor.yaml`: which files tell where addresses are, and which addresses tell nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from ipaddress import ip_network
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field

from limen.clock import DAY
from limen.configuration.differing import differing
from limen.configuration.lengths import Length, length_of
from limen.configuration.problem import Complaint, Problem, did_you_mean, shown
from limen.configuration.shape import shaped_in_part
from limen.configuration.tree import Tree
from limen.monitor.places.prefixes import WIDEST
from limen.monitor.places.rules import AddressList, Egress, EgressKind, PlaceRules
from limen.printable import is_printable

SECTION: Final = "places"
_OWNER: Final = re.compile(r"(?:AS)?([1-9]\d{0,9})")
_NAME: Final = re.compile(r"[a-z][a-z0-9-]{0,29}")
_COUNTRY: Final = re.compile(r"[A-Z]{2}")
File = Annotated[str, Field(min_length=1, max_length=300)]


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, use_attribute_docstrings=True)


class Listed(_Shape):
    """Addresses behind which anybody could be. `lists:` in `places:` has one of these for each, by a name."""

    file: File
    """One address or network on each line; what follows `#` or a space is skipped."""
    max_age: Length = "14d"
    """When the file was changed longer ago, it says nothing any more, and whether an address hides somebody is not
    known."""


class WayOut(_Shape):
    """Addresses that many people go out by, wherever they are. `egress:` in `places:` has one of these for each."""

    kind: str
    """`vpn` (the company's own), `carrier` (mobile phones), `relay`, `satellite`, or `cloud`."""
    addresses: Annotated[list[Annotated[str, Field(max_length=50)]], Field(max_length=1_000)] = []
    """Addresses or networks, such as 198.51.100.0/28."""
    owners: Annotated[list[str | int], Field(max_length=100)] = []
    """AS numbers of network operators, such as AS8447."""


class _Section(_Shape):
    databases: Annotated[list[File], Field(max_length=10)] = []
    """MMDB files: countries, cities, network operators, in the layouts of MaxMind, DB-IP (ip-location-db) or IPinfo.
    Where two say the same thing, the first counts."""
    lists: Annotated[dict[str, Listed], Field(max_length=20)] = {}
    """Files of anonymisers, by a name of your own."""
    egress: Annotated[dict[str, WayOut], Field(max_length=100)] = {}
    """Ways out that many share, by a name of your own."""
    networks: Annotated[dict[str, str], Field(max_length=200)] = {}
    """The country of each of the company's networks (`[networks]` in limen.toml): `office: AT`."""


def read(written: Mapping[str, Any], tree: Tree, file: str) -> tuple[PlaceRules, list[Problem]]:
    """The rules, and all that is wrong with them, each with its line."""
    shape, problems = shaped_in_part(_Section, dict(written), tree, file, (SECTION,), {})
    if shape is None:
        return PlaceRules(), problems
    problems += [Problem(file, *tree.at(SECTION, *at), what, fix) for at, what, fix in _complaints(shape)]
    for part in ("lists", "egress"):
        for name in getattr(shape, part):
            if not _NAME.fullmatch(name):
                fix = "use lowercase letters, digits and hyphens, at most 30"
                problems.append(Problem(file, *tree.key_at(SECTION, part, name), f"{shown(name)} can't be a name", fix))
    if problems:
        return PlaceRules(), problems
    rules = PlaceRules(
        databases=tuple(shape.databases),
        lists=tuple(AddressList(name, one.file, length_of(one.max_age)) for name, one in shape.lists.items()),
        egress=tuple(_egress(name, one) for name, one in shape.egress.items()),
        networks=dict(shape.networks),
    )
    return rules, []


def changes(before: PlaceRules, after: PlaceRules) -> Iterator[str]:
    """One line for each thing that is other than before."""
    if before.databases != after.databases:
        yield f"Where addresses are is read from {', '.join(after.databases) or 'no database'}"
    for what, was, now in (
        ("The list {} of anonymisers", before.lists, after.lists),
        ("The way out {}", before.egress, after.egress),
    ):
        for name, old, new in differing({one.name: one for one in was}, {one.name: one for one in now}):
            how = "counts no more" if new is None else "counts" if old is None else "is another"
            yield f"{what.format(name)} {how}"
    for name, _, country in differing(before.networks, after.networks):
        yield f"The network {name} is in {country or 'a country that is not said'}"


def _egress(name: str, shape: WayOut) -> Egress:
    owners = tuple(int(found[1]) for one in shape.owners if (found := _OWNER.fullmatch(str(one))))
    return Egress(name, EgressKind(shape.kind), tuple(str(ip_network(one)) for one in shape.addresses), owners)


def _complaints(shape: _Section) -> Iterator[Complaint]:
    for name, one in shape.lists.items():
        yield from ((("lists", name, *at), what, fix) for at, what, fix in _list_complaints(one))
    for name, way in shape.egress.items():
        yield from ((("egress", name, *at), what, fix) for at, what, fix in _way_complaints(way))
    for place, file in enumerate(shape.databases):
        if not is_printable(file):
            yield ("databases", place), f"{shown(file)} is not a path", "write the path of an MMDB file"
    for name, country in shape.networks.items():
        if not _COUNTRY.fullmatch(country):
            yield ("networks", name), f"{shown(country)} is not a country", "write two letters (ISO 3166), such as AT"


def _list_complaints(shape: Listed) -> Iterator[Complaint]:
    if not is_printable(shape.file):
        yield ("file",), f"{shown(shape.file)} is not a path", "write the path of a list"
    if not DAY <= length_of(shape.max_age) <= 365 * DAY:
        yield ("max_age",), "a list counts for a day to a year", "write a length such as `14d`"


def _way_complaints(shape: WayOut) -> Iterator[Complaint]:
    kinds = [kind.value for kind in EgressKind]
    if shape.kind not in kinds:
        yield ("kind",), f"there is no way out of the kind {shown(shape.kind)}", did_you_mean(shape.kind, kinds)
    if not shape.addresses and not shape.owners:
        yield (), "it has no addresses", "add `addresses: [198.51.100.0/28]`, or `owners: [AS64500]`"
    for place, written in enumerate(shape.addresses):
        try:
            network = ip_network(written)
        except ValueError:
            yield ("addresses", place), f"{shown(written)} is neither an address nor a network", "write 198.51.100.0/28"
            continue
        if network.prefixlen < WIDEST[network.version]:
            yield ("addresses", place), f"{written} is too wide", "name the addresses of this way out alone"
    for place, owner in enumerate(shape.owners):
        if isinstance(owner, bool) or not _OWNER.fullmatch(str(owner)):
            yield ("owners", place), f"{shown(owner)} is not an AS number", "write it as AS64500"
