"""`sources:` in `monitor.yaml`: who sends what happens, and how it comes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from ipaddress import ip_network
from itertools import combinations
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from limen.clock import DAY, MINUTE
from limen.configuration.differing import differing
from limen.configuration.lengths import Length, length_of
from limen.configuration.named_sources import read_named
from limen.configuration.problem import Complaint, Problem, did_you_mean, shown
from limen.configuration.tree import Tree
from limen.monitor.monitor_rules import UNPROVEN, LogSource, Way
from limen.monitor.normal_form.kinds import KINDS, OURS, RESERVED
from limen.monitor.normal_form.products import PRODUCTS
from limen.monitor.sources import asked_section
from limen.monitor.sources.asked_section import AskedService

SECTION: Final = "sources"
MOST: Final = 100
MOST_ADDRESSES: Final = 50
WIDEST: Final = {4: 16, 6: 48}
"""How wide a network may be in which nobody proves who sends: by the version of its addresses."""

Network = Annotated[str, Field(min_length=2, max_length=50)]
Path = Annotated[str, Field(min_length=2, max_length=300, pattern=r"^(/|[A-Za-z]:\\)")]


class Source(BaseModel):
    """Who sends what happens. `sources:` in `monitor.yaml` has one of these for each, by a name of your own."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, use_attribute_docstrings=True)

    kind: str
    """How it reads: `syslog`, `json`, `windows`, `suricata`, `fortigate`, `cef` …"""
    comes: Literal["udp", "tcp", "tls", "http", "agent", "asked"]
    """How it comes: `tls` (syslog, by a certificate), `http` (by a token), `agent` (by `limen-agent`), `asked` (Limen
    fetches it from a `service`); `udp` and `tcp` (syslog) only where nothing else can be had, since nobody proves there
    who sends."""
    addresses: Annotated[list[Network], Field(max_length=MOST_ADDRESSES)] = []
    """From where it is taken: addresses or networks, such as 192.0.2.1 or 10.1.0.0/24. `udp` and `tcp` need them."""
    heartbeat: Length | None = None
    """Within this time it always says something; later you are told that it is silent."""
    retention: Length = "90d"
    """How long what it said is kept."""
    files: Annotated[list[Path], Field(max_length=20)] = []
    """`agent`: the files that are read, line by line, such as /var/log/auth.log."""
    journal: bool = False
    """`agent`: the systemd journal is read."""
    service: AskedService | None = None
    """`asked`: the service, and how Limen gets in there. `limen source secret` stores the secret."""
    products: Annotated[list[str], Field(max_length=20)] = []
    """`json`: whose records come from there, such as `windows`, `okta` or `entra`. A record says by its own fields
    whose it is, and whoever writes into a program's log can write those: what is not named here is read as plain JSON,
    and the page of the source says what it looks like."""


def read(written: Mapping[str, Any], tree: Tree, file: str) -> tuple[dict[str, LogSource], list[Problem]]:
    """The sources, by their names, and all that is wrong with them, each with its line."""
    shapes, problems = read_named(Source, SECTION, written, tree, file, _complaints, MOST)
    problems += [
        Problem(file, *tree.key_at(SECTION, name), f"{name} is a source of Limen's own", "choose another name")
        for name in shapes.keys() & RESERVED
    ]
    problems += [
        Problem(file, *tree.at(SECTION, second, "addresses"), what, "nobody proves there who sends: part them")
        for second, what in _shared_addresses(shapes)
    ]
    return ({} if problems else {name: _source(shape) for name, shape in shapes.items()}), problems


def changes(before: Mapping[str, LogSource], after: Mapping[str, LogSource]) -> Iterator[str]:
    """One line for each source that is other than before."""
    for name, was, now in differing(before, after):
        if now is None:
            yield f"{name} gives no logs any more; what it gave is kept as before"
        elif was is None:
            yield f"{name} ({_reads(now)}) {_comes(now)}"
        else:
            yield f"{name} ({_reads(now)}), otherwise than before, {_comes(now)}"


def _reads(source: LogSource) -> str:
    return f"{source.kind} of {', '.join(source.products)}" if source.products else source.kind


def _comes(source: LogSource) -> str:
    if source.way is Way.ASKED:
        return "is asked for its logs"
    unproven = "" if source.is_proven else f", unproven, from {', '.join(source.addresses)}"
    return f"can send logs by {source.way}{unproven}"


def _source(shape: Source) -> LogSource:
    return LogSource(
        kind=shape.kind,
        way=Way(shape.comes),
        addresses=tuple([str(ip_network(one, strict=False)) for one in shape.addresses]),
        heartbeat_ms=length_of(shape.heartbeat) if shape.heartbeat else 0,
        keep_ms=length_of(shape.retention),
        files=tuple(shape.files),
        journal=shape.journal,
        service=asked_section.service_of(shape.kind, shape.service) if shape.service else None,
        products=tuple(sorted(set(shape.products))),
    )


def _complaints(shape: Source) -> Iterator[Complaint]:
    if shape.kind not in KINDS or shape.kind in OURS:
        known = [kind for kind in KINDS if kind not in OURS]
        yield ("kind",), f"there is no kind of log {shown(shape.kind)}", did_you_mean(shape.kind, known)
    way = Way(shape.comes)
    if way in UNPROVEN and not shape.addresses:
        yield (), f"whoever sends by {way} is known by its address alone", "add `addresses: [192.0.2.1]`"
    for place, one in enumerate(shape.addresses):
        if wrong := _address_complaint(one, is_proven=way not in UNPROVEN):
            yield ("addresses", place), *wrong
    if shape.heartbeat and length_of(shape.heartbeat) < 5 * MINUTE:
        yield ("heartbeat",), "sources are not heard of that often", "write `5m` or more"
    if not DAY <= length_of(shape.retention) <= 3_650 * DAY:
        yield ("retention",), "logs are kept for a day to ten years", "write a length such as `90d`"
    if way is Way.AGENT and not shape.files and not shape.journal:
        yield (), "an agent must be told what to read", "add `files: [/var/log/auth.log]`, or `journal: true`"
    yield from _product_complaints(shape)
    yield from asked_section.complaints(shape.kind, shape.service, is_asked=way is Way.ASKED)
    if way is not Way.AGENT:
        for part in ("files", "journal"):
            if getattr(shape, part):
                yield (part,), "only `comes: agent` reads by itself", "remove it"


def _product_complaints(shape: Source) -> Iterator[Complaint]:
    if shape.products and shape.kind != "json":
        yield ("products",), f"all that comes from there is {shape.kind} already", "remove it, or write `kind: json`"
    for place, product in enumerate(shape.products):
        if product not in PRODUCTS:
            fix = did_you_mean(product, PRODUCTS, f"use some of {', '.join(PRODUCTS)}")
            yield ("products", place), f"there is no product {shown(product)}", fix


def _address_complaint(written: str, *, is_proven: bool) -> tuple[str, str] | None:
    try:
        network = ip_network(written, strict=False)
    except ValueError:
        return f"{shown(written)} is neither an address nor a network", "write 192.0.2.1 or 192.0.2.0/24"
    if not is_proven and network.prefixlen < WIDEST[network.version]:
        return f"{written} is too wide where nobody proves who sends", "name the senders' own addresses"
    return None


def _shared_addresses(shapes: Mapping[str, Source]) -> Iterator[tuple[str, str]]:
    """Sources that only their addresses tell apart, and don't."""
    for way in UNPROVEN:
        plain = [(name, one) for name, one in shapes.items() if one.comes == way.value]
        for (first, one), (second, other) in combinations(plain, 2):
            if _overlap(one.addresses, other.addresses):
                yield second, f"{first} and {second} both come by {way} from the same address"


def _overlap(some: list[str], others: list[str]) -> bool:
    try:
        pairs = [(ip_network(one, strict=False), ip_network(other, strict=False)) for one in some for other in others]
    except ValueError:
        return False  # told already
    return any(one.version == other.version and one.overlaps(other) for one, other in pairs)
