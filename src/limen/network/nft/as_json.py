"""A table as the JSON that `nft -j -f` loads: one transaction that puts it in place of the one of its name, whole or
not at all, and touches no other.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from ipaddress import IPv4Address, IPv6Address
from typing import Any, Final

from limen.network.nft.listing import tables
from limen.network.nft.tree import COUNTER, Element, Set, Table, Value
from limen.network.packets.box import Interval

_ADDRESSES: Final = {"ipv4_addr": (IPv4Address, 32), "ipv6_addr": (IPv6Address, 128)}


def as_json(table: Table) -> str:
    """`add` before `delete`: there is one to delete even where there was none. Packets meet the old one or the new."""
    own = {"family": table.family, "name": table.name}
    commands = [{"add": {"table": own}}, {"delete": {"table": own}}, {"add": {"table": own}}, *_contents(table)]
    return json.dumps({"nftables": commands}, separators=(",", ":"))


def table_in(text: str) -> Table:
    """The table that `as_json` said. Raises NotAListing."""
    commands = json.loads(text)["nftables"]
    (table,) = tables(json.dumps({"nftables": [one for one in commands if "delete" not in one]}))
    return table


def _contents(table: Table) -> Iterator[dict[str, Any]]:
    place = {"family": table.family, "table": table.name}
    yield from ({"add": {"set": {**place, **_set(one)}}} for one in table.sets if not one.is_map)
    for chain in table.chains:
        hook = chain.hook
        about = {"type": hook.kind, "hook": hook.name, "prio": hook.priority, "policy": hook.policy} if hook else {}
        yield {"add": {"chain": {**place, "name": chain.name, **about}}}
    yield from ({"add": {"map": {**place, **_set(one), "map": "verdict"}}} for one in table.sets if one.is_map)
    for chain in table.chains:
        for line in chain.lines:
            comment = {"comment": line.comment} if line.comment else {}
            yield {"add": {"rule": {**place, "chain": chain.name, **comment, "expr": list(line.statements)}}}


def _set(one: Set) -> dict[str, Any]:
    about: dict[str, Any] = {"name": one.name, "type": one.types[0] if len(one.types) == 1 else list(one.types)}
    if one.flags:
        about["flags"] = sorted(one.flags)
    if one.has_counters:
        about["stmt"] = [COUNTER]
    about |= {} if one.size is None else {"size": one.size}
    about |= {} if one.seconds is None else {"timeout": one.seconds}
    if one.elements:
        about["elem"] = [_element(one, each) for each in one.elements]
    return about


def _element(one: Set, element: Element) -> Any:
    fields = [field(type_, value) for type_, value in zip(one.types, element.key, strict=True)]
    key: Any = fields[0] if len(fields) == 1 else {"concat": fields}
    about: Mapping[str, Any] = {"comment": element.comment} if element.comment else {}
    about = about if element.seconds is None else {**about, "timeout": element.seconds}
    if one.has_counters:
        about = {**about, "counter": {"packets": 0, "bytes": 0}}
    key = {"elem": {"val": key, **about}} if about else key
    return key if element.verdict is None else [key, element.verdict]


def field(type_: str, value: Value) -> Any:
    """One field of an element, as nft writes it."""
    if isinstance(value, str):
        return value
    low, high = value
    if type_ not in _ADDRESSES:
        return low if low == high else {"range": [low, high]}
    kind, bits = _ADDRESSES[type_]
    if low == high:
        return str(kind(low))
    if (length := prefix_length(value, bits)) is not None:
        return {"prefix": {"addr": str(kind(low)), "len": length}}
    return {"range": [str(kind(low)), str(kind(high))]}


def prefix_length(value: Interval, bits: int) -> int | None:
    """How long the prefix is that holds exactly these addresses; None: there is none."""
    low, high = value
    size = high - low + 1
    return bits - size.bit_length() + 1 if size & (size - 1) == 0 and low % size == 0 else None
