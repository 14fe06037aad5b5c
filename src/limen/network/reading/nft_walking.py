"""The way of packets through chains, as the kernel goes it, for all packets at once.

Two kinds of regions go side by side: those of which it is certain that they come to a rule, and those of which it is
not, since a condition before was not understood. Of the latter, what lets through counts and what denies does not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from limen.network.nft.as_text import line as line_text
from limen.network.nft.tree import Chain, Line, Statement, Table
from limen.network.reading.nft_regions import Found, Region, TooTangled, keys, matched, minus, narrowed, with_fields

FAMILIES: Final = {"inet": (4, 6), "ip": (4,), "ip6": (6,)}
TRANSLATING: Final = frozenset({"dnat", "redirect", "tproxy", "synproxy", "notrack"})
"""Statements after which a packet goes elsewhere, or without a state."""
_DEEPEST: Final = 16
"""How deep the kernel lets chains call each other (NFT_JUMP_STACK_SIZE)."""
_MOST_STEPS: Final = 3_000_000
_HARMLESS: Final = frozenset(
    {"counter", "log", "flow", "ct helper", "ct timeout", "ct expectation", "secmark", "dup", "mangle", "set", "map"}
)
"""Statements after which a packet goes on, unless they limit it."""
_VERDICTS: Final = frozenset({"accept", "drop", "reject", "return", "jump", "goto", "queue", "continue"})


@dataclass(frozen=True, slots=True)
class Note:
    """Something that the ruleset does not say. `effect` is one of: may-allow (the reading lets through more than the
    rule), may-deny (something else may cut what is let through), translates (addresses or states change before).
    """

    place: str
    text: str
    effect: str


def line_at(table: Table, chain: Chain, number: int, line: Line) -> tuple[str, str]:
    """Where a rule is, and what it says."""
    return f"{table.family} {table.name} {chain.name} {number}", line_text(line)[:300]


@dataclass
class _Waiting:
    """Regions that are still to be decided in a chain."""

    sure: list[Region]
    unsure: list[Region] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _At:
    """A rule: of the chain, its number from 1, and how deep."""

    table: Table
    chain: Chain
    number: int
    line: Line
    base: int
    depth: int

    @property
    def place(self) -> str:
        return f"{self.table.name}.{self.chain.name}:{self.number}"


class Walk:
    """`found`: what was decided, first match first. `bases`: the chains of the hook, as the kernel calls them."""

    def __init__(self, bases: Sequence[tuple[Table, Chain]]) -> None:
        self.found: list[Found] = []
        self.notes: list[Note] = []
        self._bases = bases
        self._steps = 0
        self._denying: dict[tuple[str, str, str], bool] = {}

    def arrive(self, regions: Sequence[Region], base: int = 0) -> None:
        """At the base chain of this number; behind the last one they are let through."""
        if base == len(self._bases):
            self._count(len(regions))
            self.found += [Found(one.whose or "no-rule", True, one) for one in regions]
            return
        table, chain = self._bases[base]
        mine = [one for one in regions if one.box.family in FAMILIES[table.family]]
        if others := [one for one in regions if one.box.family not in FAMILIES[table.family]]:
            self.arrive(others, base + 1)
        if not mine:
            return
        self._chain(table, chain, _Waiting(list(mine)), base, 0)
        policy = f"{table.name}.{chain.name}:policy"
        if chain.hook and chain.hook.policy == "drop":
            self.found += [Found(policy, False, one) for one in mine]
        else:
            self.arrive([one._replace(whose=one.whose or policy) for one in mine], base + 1)

    def _chain(self, table: Table, chain: Chain, waiting: _Waiting, base: int, depth: int) -> None:
        if depth > _DEEPEST:
            raise TooTangled("chains that call each other deeper than the kernel allows")
        for number, line in enumerate(chain.lines, 1):
            at = _At(table, chain, number, line, base, depth)
            gone = self._line(at, waiting.sure, is_sure=True)
            self._line(at, waiting.unsure, is_sure=False)
            for region, is_sure in gone:
                waiting.sure = [piece for one in waiting.sure for piece in minus(one, [region])]
                waiting.unsure += [] if is_sure else [region]

    def _line(self, at: _At, regions: list[Region], *, is_sure: bool) -> list[tuple[Region, bool]]:
        """What left the chain by this rule, each with whether that is sure."""
        self._count(len(regions) + 1)
        for statement in at.line.statements:
            if not regions:
                return []
            if "match" in statement:
                regions, is_exact = matched(regions, statement, at.table.set_of)
                self._count(len(regions))
                is_sure = is_sure and is_exact
            elif "vmap" in statement:
                return self._map(at, regions, statement["vmap"], is_sure=is_sure)
            elif _VERDICTS & statement.keys():
                return self._verdict(at, regions, statement, is_sure=is_sure)
            elif not _goes_on(statement):
                is_sure = False
                if not _limits(statement) and not any(
                    _VERDICTS & one.keys() or "vmap" in one for one in at.line.statements
                ):
                    self._note(at)
        return []

    def _map(self, at: _At, regions: list[Region], about: Any, *, is_sure: bool) -> list[tuple[Region, bool]]:
        """Each value has a verdict of its own, and what has none of the values goes on behind the rule."""
        key, data = about.get("key"), about.get("data")
        if isinstance(key, Mapping) and "ct" in key:
            return self._states(at, regions, key, data, is_sure=is_sure)
        gone: list[tuple[Region, bool]] = []
        entries = list(_entries(key, data, at.table))
        if not entries:
            held = at.table.set_of.get(str(data)[1:])
            if held is None or held.elements or not held.is_understood:
                self._note(at)
                self._accept(at, regions)
        for fields, value, verdict in entries:
            base = [piece for one in regions for piece in with_fields(one, fields)]
            pieces = [piece for one in base for piece in narrowed(one, fields, value)]
            self._count(len(pieces) + 1)
            if pieces:
                gone += self._verdict(at, pieces, verdict, is_sure=is_sure and all(one.is_sure for one in fields))
        return gone

    def _states(
        self, at: _At, regions: list[Region], key: Any, data: Any, *, is_sure: bool
    ) -> list[tuple[Region, bool]]:
        entries = data.get("set") if isinstance(data, Mapping) else None
        if key["ct"].get("key") != "state" or not isinstance(entries, list):
            self._note(at)
            self._accept(at, regions)
            return []
        verdicts = [one[1] for one in entries if isinstance(one, list) and len(one) == 2 and one[0] == "new"]
        return self._verdict(at, regions, verdicts[0], is_sure=is_sure) if verdicts else []

    def _verdict(
        self, at: _At, regions: list[Region], verdict: Statement, *, is_sure: bool
    ) -> list[tuple[Region, bool]]:
        (kind,) = verdict.keys() & _VERDICTS or {""}
        if not is_sure and kind != "continue":
            self._note(at)
        if kind == "accept":
            self._accept(at, regions)
        elif kind in {"drop", "reject"}:
            self._deny(at, regions, is_sure=is_sure)
        elif kind == "return":
            return [(one, is_sure) for one in regions]
        elif kind in {"jump", "goto"}:
            return self._call(at, regions, verdict[kind], is_sure=is_sure, comes_back=kind == "jump")
        elif kind != "continue":  # a program decides, or nothing that is known here
            self._note(at)
            self._accept(at, regions)
        return []

    def _call(
        self, at: _At, regions: list[Region], about: Any, *, is_sure: bool, comes_back: bool
    ) -> list[tuple[Region, bool]]:
        chain = at.table.chain_of.get(str(about.get("target")) if isinstance(about, Mapping) else "")
        if chain is None:
            raise TooTangled("a chain that is not there")
        if self._denies(at.table, chain, at.depth):
            self._deny(at, regions, is_sure=is_sure)
            return []
        waiting = _Waiting(list(regions)) if is_sure else _Waiting([], list(regions))
        self._chain(at.table, chain, waiting, at.base, at.depth + 1)
        return [] if comes_back else [(one, is_sure) for one in regions]

    def _accept(self, at: _At, regions: Sequence[Region]) -> None:
        self.arrive([one._replace(whose=one.whose or at.line.comment or at.place) for one in regions], at.base + 1)

    def _deny(self, at: _At, regions: Sequence[Region], *, is_sure: bool) -> None:
        """What is denied for a while is open again behind that, so it counts as open."""
        self._count(len(regions))
        lasting = [one for one in regions if one.seconds is None]
        if len(lasting) < len(regions):
            self._note(at)
        if is_sure:
            self.found += [Found(one.whose or at.line.comment or at.place, False, one) for one in lasting]

    def _denies(self, table: Table, chain: Chain, depth: int) -> bool:
        """Whether the chain denies every packet, by whatever rule: then its rules need not be told apart."""
        key = table.family, table.name, chain.name
        if key not in self._denying:
            self._denying[key] = False  # for whoever comes back to it on its own way
            self._denying[key] = depth <= _DEEPEST and _only_denies(
                chain, lambda name: name in table.chain_of and self._denies(table, table.chain_of[name], depth + 1)
            )
        return self._denying[key]

    def _note(self, at: _At) -> None:
        place, text = line_at(at.table, at.chain, at.number, at.line)
        self.notes.append(Note(place, text, "may-allow"))

    def _count(self, steps: int) -> None:
        self._steps += steps
        if self._steps > _MOST_STEPS:
            raise TooTangled("more steps than can be gone")


def _entries(key: object, data: object, table: Table) -> Iterator[tuple[Any, Any, Statement]]:
    """Fields, values and the verdict of each entry of a map; none where it has no meaning here."""
    if isinstance(data, str) and data.startswith("@"):
        held = table.set_of.get(data[1:])
        keyed = keys(key, data, table.set_of)
        if held is not None and keyed is not None:
            for value, element in zip(keyed[1], held.elements, strict=True):
                yield keyed[0], value, element.verdict or {}
        return
    entries = data.get("set") if isinstance(data, Mapping) else None
    found = []
    for one in entries if isinstance(entries, list) else []:
        keyed = keys(key, one[0], {}) if isinstance(one, list) and len(one) == 2 else None
        if keyed is None or not isinstance(one[1], Mapping):
            return
        found.append((keyed[0], keyed[1][0], one[1]))
    yield from found


def _limits(statement: Statement) -> bool:
    """Whether a packet may be stopped here for coming too often."""
    if {"limit", "quota", "ct count"} & statement.keys():
        return True
    inner = next(iter(statement.values()), None)
    held = inner.get("stmt", ()) if isinstance(inner, Mapping) else ()
    return any(isinstance(one, Mapping) and _limits(one) for one in held)


def _only_denies(chain: Chain, denies: Any) -> bool:
    verdicts = [
        (line, statement)
        for line in chain.lines
        for statement in line.statements
        if not {"match", "limit"} & statement.keys() and not _HARMLESS & statement.keys()
    ]
    for verdict in (each for _, statement in verdicts for each in _verdicts_of(statement)):
        leads = verdict.get("goto") or verdict.get("jump")
        is_denying = bool({"drop", "reject"} & verdict.keys())
        if not is_denying and not (isinstance(leads, Mapping) and denies(leads.get("target"))):
            return False
    return bool(verdicts) and all(one is verdicts[-1][1] or _goes_on(one) for one in verdicts[-1][0].statements)


def _verdicts_of(statement: Statement) -> list[Statement]:
    """Where a map leads to by its own entries, or else the statement itself."""
    about = statement.get("vmap")
    data = about.get("data") if isinstance(about, Mapping) else None
    entries = data.get("set") if isinstance(data, Mapping) else None
    if not isinstance(entries, list) or not entries:
        return [statement]
    pairs = [one for one in entries if isinstance(one, list) and len(one) == 2 and isinstance(one[1], Mapping)]
    return [one[1] for one in pairs] if len(pairs) == len(entries) else [statement]


def _goes_on(statement: Statement) -> bool:
    """Whether every packet gets past it, as it was."""
    if "mangle" in statement:
        changed = statement["mangle"].get("key") if isinstance(statement["mangle"], Mapping) else None
        return isinstance(changed, Mapping) and "payload" not in changed
    return bool(_HARMLESS & statement.keys()) and not _limits(statement)
