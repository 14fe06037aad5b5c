"""What the tables of nftables let through between zones, whoever wrote them, as one ruleset.

Every chain on the hook has to let a packet through, in the order of their priorities: what one accepts goes on to the
next. Where something is not understood, the reading lets through too much rather than too little, and names the place.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from limen.clock import Instant
from limen.network.nft.tree import Chain, Line, Table
from limen.network.packets.box import every_packet
from limen.network.packets.ruleset import Ruleset
from limen.network.reading.nft_folding import rules
from limen.network.reading.nft_regions import initial, keys
from limen.network.reading.nft_walking import FAMILIES, TRANSLATING, Note, Walk, line_at

_DROPPING: Final = frozenset({"drop", "reject", "queue"})


@dataclass(frozen=True, slots=True)
class Reading:
    """`is_exact`: the ruleset is what is let through; else it is no less than that."""

    ruleset: Ruleset
    notes: tuple[Note, ...]

    @property
    def is_exact(self) -> bool:
        return not any(one.effect == "may-allow" for one in self.notes)


def read(tables: Sequence[Table], legs: Mapping[str, tuple[str, ...]], now: Instant, hook: str = "forward") -> Reading:
    """What is let through between zones with these interfaces. A TooTangled where that can't be said within bounds."""
    bases = [
        (table, chain)
        for table in tables
        for chain in table.chains
        if chain.hook and chain.hook.name == hook and table.family in FAMILIES
    ]
    bases.sort(key=lambda one: one[1].hook.priority if one[1].hook else 0)
    named = frozenset(name for names in legs.values() for name in names)
    walk = Walk(bases)
    walk.arrive(initial(named, [every_packet(family) for family in (4, 6)]))
    notes = dict.fromkeys([*walk.notes, *_elsewhere(tables, hook)])
    return Reading(Ruleset(tuple(legs), tuple(rules(walk.found, legs, now))), tuple(notes))


def interfaces(tables: Sequence[Table]) -> tuple[str, ...]:
    """Every interface that rules name, for whoever has no zones yet and takes each for one."""
    found: dict[str, None] = {}
    for table in tables:
        for one in table.sets:
            for element in one.elements:
                named = zip(one.types, element.key, strict=True)
                found |= {value: None for type_, value in named if type_ == "ifname" and isinstance(value, str)}
        for chain in table.chains:
            found |= dict.fromkeys(name for line in chain.lines for name in _named(line))
    return tuple(name for name in found if not name.endswith("*") and name != "lo")


def _named(line: Line) -> Iterator[str]:
    for statement in line.statements:
        about = statement.get("match") or statement.get("vmap")
        if not isinstance(about, Mapping):
            continue
        right = about.get("right", _without_verdicts(about.get("data")))
        if keyed := keys(about.get("left", about.get("key")), right, {}):
            fields, values = keyed
            for key, _, _ in values:
                names = zip(fields, key, strict=True)
                yield from (one for field, one in names if field.name in {"from", "to"} and isinstance(one, str))


def _without_verdicts(data: object) -> object:
    if isinstance(data, Mapping) and isinstance(data.get("set"), list):
        return {"set": [one[0] for one in data["set"] if isinstance(one, list) and one]}
    return data


def _elsewhere(tables: Sequence[Table], hook: str) -> Iterator[Note]:
    """What is not on this hook, and may change or cut what passes it."""
    for table in tables:
        for chain in table.chains:
            if chain.hook is None or (chain.hook.name in {hook, "input", "output"} and table.family in FAMILIES):
                yield from _translating(table, chain) if chain.hook is None else ()
                continue
            yield from _translating(table, chain)
            if chain.hook.policy == "drop" or any(
                _DROPPING & one.keys() for line in chain.lines for one in line.statements
            ):
                place = f"{table.family} {table.name} {chain.name}"
                yield Note(place, f"hook {chain.hook.name} priority {chain.hook.priority}", "may-deny")


def _translating(table: Table, chain: Chain) -> Iterator[Note]:
    for number, line in enumerate(chain.lines, 1):
        if any(TRANSLATING & statement.keys() for statement in line.statements):
            yield Note(*line_at(table, chain, number, line), "translates")
