"""A listing of the kernel (`nft -j list ruleset`), or of a file, as tables. Whoever wrote it is believed nothing: its
size is bounded, and what has no meaning here is kept as what it is and never taken for something else.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from limen.network.nft.names import INTERFACE, LAST, interval
from limen.network.nft.normal import normal
from limen.network.nft.tree import Chain, Element, Hook, Line, Set, Statement, Table, Value

LONGEST: Final = 256 << 20
"""Bytes of a listing: 100,000 elements are some 20 MB."""
MOST_OBJECTS: Final = 500_000
MOST_DEEP: Final = 64
PRIORITIES: Final = {"raw": -300, "mangle": -150, "dstnat": -100, "filter": 0, "security": 50, "srcnat": 100}


class NotAListing(ValueError):  # noqa: N818 - what it is, said of the text
    """The text is no listing of nft in JSON, or beyond every bound. What it says is safe to show."""


@dataclass
class _Growing:
    """A table while it is read."""

    sets: list[Set] = field(default_factory=list)
    hooks: dict[str, Hook | None] = field(default_factory=dict)
    lines: dict[str, list[Line]] = field(default_factory=dict)
    others: list[str] = field(default_factory=list)


def tables(text: str | bytes) -> tuple[Table, ...]:
    """All tables of a listing, in its order. A NotAListing where it is none."""
    growing: dict[tuple[str, str], _Growing] = {}
    for kind, one in _objects(text):
        if kind == "metainfo":
            continue
        family, name = _text(one, "family"), _text(one, "name" if kind == "table" else "table")
        table = growing.setdefault((family, name), _Growing())
        if kind == "chain":
            table.hooks[_text(one, "name")] = _hook(one)
        elif kind == "rule":
            table.lines.setdefault(_text(one, "chain"), []).append(_line(one))
        elif kind in {"set", "map"}:
            table.sets.append(_set(one))
        elif kind == "element":
            raise NotAListing("elements stand in their set")
        elif kind != "table":
            table.others.append(f"{kind} {one.get('name', '')}".strip())
    return tuple(_table(family, name, one) for (family, name), one in growing.items())


def _table(family: str, name: str, grown: _Growing) -> Table:
    if missing := grown.lines.keys() - grown.hooks.keys():
        raise NotAListing(f"rules of a chain that is not there: {min(missing)[:80]!r}")
    chains = tuple(Chain(one, tuple(grown.lines.get(one, ())), hook) for one, hook in grown.hooks.items())
    return Table(family, name, tuple(grown.sets), chains, tuple(grown.others))


def _objects(text: str | bytes) -> Iterable[tuple[str, Mapping[str, Any]]]:
    if len(text) > LONGEST:
        raise NotAListing("longer than 256 MiB")
    try:
        listed = json.loads(text)
    except (ValueError, RecursionError) as problem:
        raise NotAListing("no JSON") from problem
    objects = listed.get("nftables") if isinstance(listed, dict) else None
    if not isinstance(objects, list) or len(objects) > MOST_OBJECTS:
        raise NotAListing("no list under `nftables`, or too long a one")
    for one in objects:
        if isinstance(one, dict) and list(one) == ["add"]:  # as ruleset files have it
            one = one["add"]  # noqa: PLW2901
        if not isinstance(one, dict) or len(one) != 1:
            raise NotAListing("an object of it is none")
        ((kind, inner),) = one.items()
        if not isinstance(inner, dict) or _depth(inner) > MOST_DEEP:
            raise NotAListing(f"a {kind[:40]!r} is none")
        yield kind, inner


def _depth(value: object, at: int = 0) -> int:
    if at > MOST_DEEP:
        return at
    inner: Iterable[object] = ()
    if isinstance(value, dict):
        inner = value.values()
    elif isinstance(value, list):
        inner = value[:1] if len(value) > 64 else value  # long ones are sets, whose elements are read one by one
    return max((_depth(one, at + 1) for one in inner), default=at)


def _text(one: Mapping[str, Any], key: str) -> str:
    value = one.get(key)
    if not isinstance(value, str) or len(value) > 255:
        raise NotAListing(f"{key} is no name")
    return value


def _hook(one: Mapping[str, Any]) -> Hook | None:
    if "hook" not in one:
        return None
    return Hook(_text(one, "type"), _text(one, "hook"), _priority(one.get("prio", 0)), str(one.get("policy", "accept")))


def _priority(value: object) -> int:
    if isinstance(value, str) and value in PRIORITIES:
        return PRIORITIES[value]
    if isinstance(value, int):
        return value
    raise NotAListing("a priority is no number")


def _line(one: Mapping[str, Any]) -> Line:
    expressions = one.get("expr", [])
    if not isinstance(expressions, list) or not all(isinstance(each, dict) for each in expressions):
        raise NotAListing("a rule is no list of statements")
    handle = one.get("handle")
    comment = one.get("comment", "")
    return Line(
        tuple(normal(each) for each in expressions),
        comment if isinstance(comment, str) else "",
        handle if isinstance(handle, int) else None,
    )


def _set(one: Mapping[str, Any]) -> Set:
    listed = one.get("type")
    types = tuple(listed) if isinstance(listed, list) else (listed,)
    is_understood = all(isinstance(each, str) and (each == INTERFACE or each in LAST) for each in types)
    flags = one.get("flags", [])
    found: list[Element] = []
    elements = one.get("elem", [])
    for each in elements if isinstance(elements, list) else [elements]:
        element = _element(types, each) if is_understood else None
        if element is None:
            is_understood = False
            break
        found.append(element)
    return Set(
        _text(one, "name"),
        tuple(str(each) for each in types),
        tuple(found),
        frozenset(str(each) for each in ([flags] if isinstance(flags, str) else flags)),
        is_map="map" in one,
        has_counters=any("counter" in each for each in _statements(one)),
        size=_number(one.get("size")),
        seconds=_number(one.get("timeout")),
        is_understood=is_understood and one.get("map", "verdict") == "verdict",
    )


def _statements(one: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    statements = one.get("stmt", [])
    return [each for each in statements if isinstance(each, dict)] if isinstance(statements, list) else []


def _number(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _element(types: tuple[str, ...], listed: Any) -> Element | None:
    """None: it has no meaning here."""
    verdict: Statement | None = None
    if isinstance(listed, list):
        if len(listed) != 2 or not isinstance(listed[1], dict):
            return None
        listed, verdict = listed
    about: Mapping[str, Any] = {}
    if isinstance(listed, dict) and isinstance(listed.get("elem"), dict):
        about = listed["elem"]
        listed = about.get("val")
    fields = listed["concat"] if isinstance(listed, dict) and "concat" in listed else [listed]
    if not isinstance(fields, list) or len(fields) != len(types):
        return None
    try:
        key = tuple(_field(type_, one) for type_, one in zip(types, fields, strict=True))
    except (ValueError, TypeError, KeyError):
        return None
    comment = about.get("comment", "")
    seconds = _number(about.get("expires", about.get("timeout")))
    return Element(key, comment if isinstance(comment, str) else "", verdict, seconds)


def _field(type_: str, value: object) -> Value:
    if type_ != INTERFACE:
        return interval(type_, value)
    if not isinstance(value, str):
        raise ValueError("interface")  # noqa: TRY004 - told from what has a meaning by one kind of error
    return value
