"""Addresses, services and applications that rules of PAN-OS name, and its XML read without trust."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from limen.network.packets import ANY_PORT, Interval
from limen.network.packets.box import ICMP, ICMPV6, TCP, UDP
from limen.network.reading.intervals import number, port_interval, prefix_interval, range_interval
from limen.network.reading.named_objects import (
    EVERY_ADDRESS,
    EVERY_KIND,
    Kind,
    Named,
    kind_of,
    ports_of,
    refuse_objects,
)
from limen.network.reading.reading import MOST_BYTES, UnreadableError, refuse_beyond

T = TypeVar("T")
_MOST_ELEMENTS: Final = 5_000_000
_PROTOCOLS: Final = {"tcp": TCP, "udp": UDP, "sctp": 132}
APPLICATION_DEFAULT: Final = "application-default"
_SERVICES: Final[dict[str, tuple[Kind, ...]]] = {
    "any": (EVERY_KIND,),
    "service-http": (kind_of(TCP, (80, 80)), kind_of(TCP, (8_080, 8_080))),
    "service-https": (kind_of(TCP, (443, 443)),),
}
"""Those that are there by themselves (PAN-OS Web Interface Help, "Objects > Services")."""
PROTOCOL_OF: Final[dict[str, tuple[Kind, ...]]] = {
    "icmp": (kind_of(ICMP)._replace(families=(4,)),),
    "ipv6-icmp": (kind_of(ICMPV6)._replace(families=(6,)),),
    "ping": (kind_of(ICMP)._replace(families=(4,)),),
    "ping6": (kind_of(ICMPV6)._replace(families=(6,)),),
    "gre": (kind_of(47),),
    "ipsec-esp": (kind_of(50),),
    "ipsec-ah": (kind_of(51),),
}
"""Applications that are told by a protocol. They are recognised by more than that, so that in truth less fits."""


@dataclass
class Objects:
    """`applications` are those that the file defines by types of ICMP or by a protocol alone, which are told by no
    more than that.
    """

    addresses: Named[tuple[int, Interval]]
    services: Named[Kind]
    applications: Named[Kind]


def tree_of(text: str) -> Any:
    """The root of a document of XML, without any DTD. Raises UnreadableError."""
    refuse_beyond(len(text), MOST_BYTES, "bytes")
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise UnreadableError("this XML has a DTD, which no configuration has")
    from lxml import etree  # noqa: PLC0415 -- heavy, and no start waits for it

    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    except (etree.XMLSyntaxError, ValueError):
        raise UnreadableError("this is not XML", "give the file as `show config running` or an export has it") from None
    refuse_beyond(sum(1 for _ in root.iter()), _MOST_ELEMENTS, "elements")
    return root


def objects_of(places: Iterable[Any]) -> Objects:
    """`places` hold objects: the shared ones, then those of the virtual system, which win. Raises UnreadableError."""
    addresses: Named[tuple[int, Interval]] = Named({"any": EVERY_ADDRESS})
    services: Named[Kind] = Named(dict(_SERVICES))
    applications: Named[Kind] = Named()
    for place in places:
        addresses.plain |= _plain(place, "address", _address)
        _groups(place, "address-group", "static", addresses)
        services.plain |= _plain(place, "service", _kinds)
        _groups(place, "service-group", "members", services)
        applications.plain |= _plain(place, "application", _application)
        _groups(place, "application-group", "members", applications)
    refuse_objects(addresses.plain, addresses.groups, services.plain, services.groups, applications.plain)
    return Objects(addresses, services, applications)


def entries(place: Any, path: str) -> Iterator[tuple[str, Any]]:
    """The entries below this path, each with its name."""
    for one in place.findall(f"{path}/entry"):
        if one.get("name"):
            yield one.get("name")[:300], one


def members(place: Any, path: str) -> list[str]:
    return [(one.text or "").strip()[:300] for one in place.findall(f"{path}/member")]


def text_of(place: Any, path: str) -> str:
    return (place.findtext(path) or "").strip()


def address_literal(said: str) -> tuple[tuple[int, Interval], ...]:
    """A rule may write addresses in place of a name. Raises ValueError."""
    first, is_range, last = said.partition("-")
    return (range_interval(first, last) if is_range else prefix_interval(said),)


def _plain(place: Any, path: str, read: Callable[[Any], tuple[T, ...]]) -> dict[str, tuple[T, ...]]:
    found: dict[str, tuple[T, ...]] = {}
    for name, one in entries(place, path):
        try:
            found[name] = read(one)
        except ValueError:
            continue
    return found


def _groups(place: Any, path: str, kind: str, into: Named[T]) -> None:
    """A group whose members are chosen by their tags is none here, so that it is named where a rule asks for it."""
    for name, one in entries(place, path):
        if one.find(kind) is not None:
            into.groups[name] = members(one, kind)
        elif one.find("members") is None and one.find("member") is not None:
            into.groups[name] = members(one, ".")


def _address(one: Any) -> tuple[tuple[int, Interval], ...]:
    for kind in ("ip-netmask", "ip-range"):
        if said := text_of(one, kind):
            return address_literal(said)
    raise ValueError


def _kinds(one: Any) -> tuple[Kind, ...]:
    found: list[Kind] = []
    for name, protocol in _PROTOCOLS.items():
        ports = text_of(one, f"protocol/{name}/port")
        if ports:
            sources = text_of(one, f"protocol/{name}/source-port")
            found += ports_of(protocol, _ports(ports), _ports(sources) if sources else [ANY_PORT])
    if not found:
        raise ValueError
    return tuple(found)


def _ports(said: str) -> list[Interval]:
    return [port_interval(one.strip(), "-") for one in said.split(",")]


def _application(one: Any) -> tuple[Kind, ...]:
    """Raises ValueError for what is told by more than a protocol and a type."""
    if one.find("signature") is not None or one.find("parent-app") is not None:
        raise ValueError
    if said := text_of(one, "default/ident-by-icmp-type/type"):
        types = _ports(said)
        return tuple(kind_of(ICMP, each)._replace(families=(4,)) for each in types)
    if said := text_of(one, "default/ident-by-icmp6-type/type"):
        return tuple(kind_of(ICMPV6, each)._replace(families=(6,)) for each in _ports(said))
    value = number(text_of(one, "default/ident-by-ip-protocol"))
    if value > 255:
        raise ValueError
    return (kind_of(value),)
