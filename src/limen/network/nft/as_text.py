"""A table as text in the language of nft(8), for people to read; nft loads it, too."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any, Final

from limen.network.nft.as_json import field
from limen.network.nft.names import PROTOCOLS
from limen.network.nft.normal import type_of
from limen.network.nft.tree import Chain, Element, Line, Set, Statement, Table

_BARE: Final = frozenset({"iifname", "oifname", "iif", "oif", "mark", "skuid", "iifgroup", "oifgroup"})
"""Keys of `meta` that stand without the word."""
_PROTOCOL_OF: Final = {number: name for name, number in reversed(PROTOCOLS.items())}


def as_text(table: Table) -> str:
    return "\n".join([f"table {table.family} {table.name} {{", *_contents(table), "}", ""])


def _contents(table: Table) -> Iterator[str]:
    parts = [_set(one) for one in table.sets] + [_chain(one) for one in table.chains]
    for number, part in enumerate(parts):
        yield from ([""] if number else [])
        yield from (f"\t{line}" for line in part)


def _set(one: Set) -> list[str]:
    lines = [f"{'map' if one.is_map else 'set'} {one.name} {{"]
    lines.append(f"\ttype {' . '.join(one.types)}{' : verdict' if one.is_map else ''}")
    if one.flags:
        lines.append(f"\tflags {','.join(sorted(one.flags))}")
    lines += [] if one.size is None else [f"\tsize {one.size}"]
    lines += [] if one.seconds is None else [f"\ttimeout {one.seconds}s"]
    lines += ["\tcounter"] if one.has_counters else []
    if one.elements:
        lines.append("\telements = {")
        lines += [f"\t\t{element(one, each)}," for each in one.elements]
        lines.append("\t}")
    return [*lines, "}"]


def element(one: Set, each: Element) -> str:
    """One element of a set."""
    key = " . ".join(_field(type_, value) for type_, value in zip(one.types, each.key, strict=True))
    lasting = "" if each.seconds is None else f" timeout {each.seconds}s"
    comment = f' comment "{each.comment}"' if each.comment else ""
    return f"{key}{lasting}{comment}" + ("" if each.verdict is None else f" : {statement(each.verdict)}")


def _field(type_: str, value: Any) -> str:
    if isinstance(value, str):
        return f'"{value}"'
    if type_ == "inet_proto" and value[0] == value[1]:
        return _PROTOCOL_OF.get(value[0], str(value[0]))
    return _value("", field(type_, value))


def _chain(one: Chain) -> list[str]:
    lines = [f"chain {one.name} {{"]
    if one.hook:
        hook = one.hook
        lines.append(f"\ttype {hook.kind} hook {hook.name} priority {hook.priority}; policy {hook.policy};")
    return [*lines, *(f"\t{line(each)}" for each in one.lines), "}"]


def line(one: Line) -> str:
    """One rule."""
    said = " ".join(statement(each) for each in one.statements)
    return f'{said} comment "{one.comment}"' if one.comment else said


def statement(one: Statement) -> str:
    """One statement; as JSON where this has no text for it."""
    match one:
        case {"match": {"op": op, "left": left, "right": right}}:
            return f"{_left(left)}{'' if op in {'==', 'in'} else f' {op}'} {_value(type_of(left), right)}"
        case {"vmap": {"key": key, "data": data}}:
            return f"{_left(key)} vmap {_value(type_of(key), data)}"
        case {"jump": {"target": target}} | {"goto": {"target": target}}:
            return f"{next(iter(one))} {target}"
        case {"mangle": {"key": key, "value": str() | int() as value}}:
            return f"{_left(key)} set {value}"
        case {"log": dict(about)}:
            return "log" + "".join(f" {name} {_word(value)}" for name, value in about.items())
        case {"reject": {"type": kind, **rest}}:
            return f"reject with {kind} {rest.get('expr', '')}".rstrip()
        case {"set": {"op": op, "elem": key, "set": name, "stmt": [inner]}}:
            return f"{op} {name} {{ {_left(key)} {statement(inner)} }}"
        case {"limit": {"rate": rate, "per": per, "burst": burst, **rest}} if not rest or rest == {"inv": True}:
            return f"limit rate {'over ' if rest else ''}{rate}/{per} burst {burst} packets"
    bare = [name for name, value in one.items() if value is None]
    return bare[0] if len(one) == 1 and bare else json.dumps(one)


def _left(one: Any) -> str:
    match one:
        case {"concat": list(parts)}:
            return " . ".join(_left(each) for each in parts)
        case {"meta": {"key": str(key)}}:
            return key if key in _BARE else f"meta {key}"
        case {"payload": {"protocol": protocol, "field": name}}:
            return f"{protocol} {name}"
        case {"ct": {"key": str(key), **rest}} if not rest:
            return f"ct {key}"
        case {"ct": {"key": str(key), "dir": str(direction)}}:
            return f"ct {direction} {key}"
    return json.dumps(one)


def _value(type_: str, value: Any) -> str:
    match value:
        case {"set": list(parts)}:
            return f"{{ {', '.join(_part(type_, one) for one in parts)} }}"
        case {"prefix": {"addr": address, "len": length}}:
            return f"{address}/{length}"
        case {"range": [low, high]}:
            return f"{_value(type_, low)}-{_value(type_, high)}"
        case {"concat": list(parts)}:
            return " . ".join(_value("", one) for one in parts)
        case str() if type_ == "ifname" and not value.startswith("@"):
            return f'"{value}"'
        case int() if type_ == "inet_proto":
            return _PROTOCOL_OF.get(value, str(value))
        case str() | int():
            return str(value)
        case [*parts]:
            return ",".join(_value(type_, one) for one in parts)
    return json.dumps(value)


def _part(type_: str, one: Any) -> str:
    if isinstance(one, Sequence) and not isinstance(one, str) and len(one) == 2 and isinstance(one[1], dict):
        return f"{_value(type_, one[0])} : {statement(one[1])}"
    return _value(type_, one)


def _word(value: Any) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value)
