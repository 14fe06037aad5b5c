"""What of a live ruleset of nftables is other than was meant, and where. Pure: a listing against a table.

Each difference names its place as nft does, and says in nft's own words what was meant and what is there. Tables of
others are not looked at: none can let through what this one drops, and which can cut more `reading.nft` says.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from typing import Final

from limen.network.nft import as_text
from limen.network.nft.tree import Chain, Element, Hook, Set, Table, Value

SLACK_SECONDS: Final = 5
"""How far the ends of an opening may be apart: the kernel counts on while a listing is made."""
_MOST_COMPARED: Final = 2_000
"""Rules of a chain that are lined up with each other; of longer ones, only place by place."""


@dataclass(frozen=True, slots=True)
class Difference:
    """`kind` is one of: table-missing, chain-missing, chain-added, hook, priority, policy, rule-missing, rule-added,
    rule-changed, set-missing, set-added, set-changed, element-missing, element-added, element-changed, other-added.
    `meant` and `found` are text of nft, "" where there is none.
    """

    kind: str
    place: str
    meant: str = ""
    found: str = ""


def difference(live: Sequence[Table], meant: Table) -> tuple[Difference, ...]:
    """All of them, in the order of what was meant; none: the table is there as it should be."""
    place = f"{meant.family} {meant.name}"
    found = next((one for one in live if (one.family, one.name) == (meant.family, meant.name)), None)
    if found is None:
        return (Difference("table-missing", place),)
    return (*_chains(found, meant, place), *_sets(found, meant, place), *_others(found, meant, place))


def _others(found: Table, meant: Table, place: str) -> Iterator[Difference]:
    yield from (Difference("other-added", place, "", one) for one in found.others if one not in meant.others)


def _chains(found: Table, meant: Table, place: str) -> Iterator[Difference]:
    for chain in meant.chains:
        there = found.chain_of.get(chain.name)
        where = f"{place} {chain.name}"
        if there is None:
            yield Difference("chain-missing", where)
            continue
        yield from _hook(there.hook, chain.hook, where)
        yield from _lines(there, chain, where)
    for chain in found.chains:
        if chain.name not in meant.chain_of:
            yield Difference(
                "chain-added", f"{place} {chain.name}", "", "; ".join(map(as_text.line, chain.lines))[:300]
            )


def _hook(found: Hook | None, meant: Hook | None, where: str) -> Iterator[Difference]:
    if found is None or meant is None or (found.kind, found.name) != (meant.kind, meant.name):
        if found != meant:
            yield Difference("hook", where, *(f"{one.kind} {one.name}" if one else "" for one in (meant, found)))
        return
    if found.priority != meant.priority:
        yield Difference("priority", where, str(meant.priority), str(found.priority))
    if found.policy != meant.policy:
        yield Difference("policy", where, meant.policy, found.policy)


def _lines(found: Chain, meant: Chain, where: str) -> Iterator[Difference]:
    """Rules that are missing, added, or other than meant, each with its number from 1 among those that are there."""
    if found.lines == meant.lines:
        return
    if max(len(found.lines), len(meant.lines)) > _MOST_COMPARED:
        yield Difference("rule-changed", where, f"{len(meant.lines)} rules", f"{len(found.lines)} rules, or others")
        return
    expected, there = ([repr((one.statements, one.comment)) for one in chain.lines] for chain in (meant, found))
    lined_up = SequenceMatcher(None, expected, there, autojunk=False)
    for what, start, end, at, to in lined_up.get_opcodes():
        if what == "equal":
            continue
        for number in range(max(end - start, to - at)):
            one = meant.lines[start + number] if start + number < end else None
            other = found.lines[at + number] if at + number < to else None
            kind = "rule-missing" if other is None else "rule-added" if one is None else "rule-changed"
            yield Difference(
                kind,
                f"{where} {at + min(number, to - at) + 1}",
                as_text.line(one) if one else "",
                as_text.line(other) if other else "",
            )


def _sets(found: Table, meant: Table, place: str) -> Iterator[Difference]:
    for one in meant.sets:
        there = found.set_of.get(one.name)
        where = f"{place} {one.name}"
        if there is None:
            yield Difference("set-missing", where)
            continue
        if _shape(one) != _shape(there):
            yield Difference("set-changed", where, *(", ".join(map(str, _shape(each))) for each in (one, there)))
        elif "dynamic" not in one.flags:
            yield from _elements(there, one, where)
    yield from (Difference("set-added", f"{place} {one.name}") for one in found.sets if one.name not in meant.set_of)


def _shape(one: Set) -> tuple[object, ...]:
    return one.types, tuple(sorted(one.flags)), one.is_map, one.has_counters, one.size, one.seconds, one.is_understood


def _elements(found: Set, meant: Set, where: str) -> Iterator[Difference]:
    expected, there = _by_key(meant), _by_key(found)
    for key, one in expected.items():
        other = there.get(key)
        if other is None:
            if one.seconds is None or one.seconds > SLACK_SECONDS:
                yield Difference("element-missing", where, as_text.element(meant, one))
        elif not _alike(one, other):
            yield Difference("element-changed", where, as_text.element(meant, one), as_text.element(found, other))
    for key, one in there.items():
        if key not in expected:
            yield Difference("element-added", where, "", as_text.element(found, one))


def _by_key(one: Set) -> Mapping[tuple[Value, ...], Element]:
    return {element.key: element for element in one.elements}


def _alike(one: Element, other: Element) -> bool:
    if replace(one, seconds=None) != replace(other, seconds=None):
        return False
    if one.seconds is None or other.seconds is None:
        return one.seconds == other.seconds
    return abs(one.seconds - other.seconds) <= SLACK_SECONDS
