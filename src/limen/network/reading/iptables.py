"""iptables-save(8) and ip6tables-save(8), and `iptables -S`: the table `filter` as a Ruleset.

Interfaces are the zones. Packets that begin a connection are asked for; addresses are those that the filter sees, so
behind any translation. What other tables do is named where it could matter.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product
from typing import Final

from limen.network.packets import ANYWHERE, Rule, Ruleset, every_packet
from limen.network.reading.chains import ChainRule, Flattening, Piece, Then
from limen.network.reading.iptables_options import PASSING_ON, Interfaces
from limen.network.reading.iptables_rule import IptablesRule, read_rule
from limen.network.reading.reading import (
    FIREWALL,
    MOST_BYTES,
    MOST_ZONES,
    OTHER,
    Errs,
    NotUnderstood,
    Reading,
    not_understood,
    refuse_beyond,
)

_MOST_LINES: Final = 300_000
_LONGEST_LINE: Final = 16_384
_BASES: Final = ("INPUT", "OUTPUT", "FORWARD")
_ENDS: Final = {"ACCEPT": Then.ALLOW, "DROP": Then.DENY, "REJECT": Then.DENY, "RETURN": Then.RETURN}
_MOVING: Final = frozenset({"DNAT", "REDIRECT", "NETMAP", "TPROXY", "NOTRACK", "CT"})
"""Targets of other tables after which the filter sees other addresses, or no state."""


@dataclass(slots=True)
class _File:
    name: str
    family: int
    policies: dict[str, bool] = field(default_factory=dict)
    chains: dict[str, list[tuple[int, IptablesRule]]] = field(default_factory=dict)
    doubts: list[NotUnderstood] = field(default_factory=list)

    def doubt(self, line: int, what: str, errs: Errs = Errs.TOO_OPEN) -> None:
        self.doubts.append(not_understood(f"{self.name}:{line}", what, errs))


def read_iptables(text: str, name: str, family: int) -> Reading:
    """`name` is the file's, as ids have it; `family` 4 or 6. Raises UnreadableError."""
    refuse_beyond(len(text), MOST_BYTES, "bytes")
    file = _File(name, family)
    _read(file, text)
    zones = _zones(file)
    every_interface = frozenset(zones) - {FIREWALL}
    chains = {chain: [_chain_rule(file, zones, *one) for one in lines] for chain, lines in file.chains.items()}
    flat = Flattening(chains, every_interface)
    every, itself = every_packet(family), frozenset({FIREWALL})
    starts = ((itself, every_interface), (every_interface, itself), (every_interface, every_interface))
    for base, (tos, froms) in zip(_BASES, starts, strict=True):
        policy = Rule(f"{name}:{base}", file.policies.get(base, True), _one(froms, itself), _one(tos, itself), every)
        flat.add(base, Piece(froms, tos, every), policy)
    return Reading("iptables" if family == 4 else "ip6tables", Ruleset(zones, tuple(flat.rules)), tuple(file.doubts))


def _one(zones: frozenset[str], itself: frozenset[str]) -> str:
    return FIREWALL if zones == itself else ANYWHERE


# Lines


def _read(file: _File, text: str) -> None:
    table = "filter"
    lines = text.splitlines()
    refuse_beyond(len(lines), _MOST_LINES, "lines")
    for number, raw in enumerate(lines, 1):
        line = raw.strip()
        if not line or line.startswith("#") or line == "COMMIT":
            continue
        if len(line) > _LONGEST_LINE:
            file.doubt(number, line, Errs.EITHER)
        elif line.startswith("*"):
            table = line[1:].strip()
        elif table == "filter":
            _read_filter(file, number, line)
        else:
            _read_other(file, number, table, line)


def _read_filter(file: _File, number: int, line: str) -> None:
    words = line.split()
    if line.startswith(":") and len(words) >= 2:
        _declare(file, words[0][1:], words[1])
    elif words[0] in {"-P", "--policy"} and len(words) >= 3:
        _declare(file, words[1], words[2])
    elif words[0] in {"-N", "--new-chain"} and len(words) == 2:
        _declare(file, words[1], "-")
    else:
        counted = line.partition("]")[2] if line.startswith("[") else line
        try:
            read = read_rule(counted, file.family)
        except ValueError:
            file.doubt(number, line, Errs.EITHER)
            return
        file.chains.setdefault(read.chain, []).append((number, read))


def _declare(file: _File, chain: str, policy: str) -> None:
    file.chains.setdefault(chain, [])
    if chain in _BASES:
        file.policies[chain] = policy == "ACCEPT"


def _read_other(file: _File, number: int, table: str, line: str) -> None:
    """Translations move packets to other addresses; in the other tables, what drops packets makes it less open."""
    if line.startswith(":"):
        if line.split()[1:2] not in (["ACCEPT"], ["-"]):
            file.doubt(number, f"{table}: {line}")
        return
    try:
        target = read_rule(line.partition("]")[2] if line.startswith("[") else line, file.family).target
    except ValueError:
        file.doubt(number, f"{table}: {line}", Errs.EITHER)
        return
    if target in _MOVING:
        file.doubt(number, f"{table}: {line}", Errs.EITHER)
    elif target in {"DROP", "REJECT"}:
        file.doubt(number, f"{table}: {line}")


# Zones


def _zones(file: _File) -> tuple[str, ...]:
    """Every name of an interface, in the order of the file, then all others, and the firewall itself. A name that ends
    in `+` stands for the interfaces that so begin and have no zone of their own.
    """
    named: dict[str, None] = {}
    for lines in file.chains.values():
        for _, line in lines:
            for one in (line.from_, line.to):
                if one is not None and one.pattern not in {"", "+"}:
                    named[one.pattern] = None
    refuse_beyond(len(named), MOST_ZONES, "interfaces")
    return (*named, OTHER, FIREWALL)


def zone_of(zones: tuple[str, ...], interface: str) -> str:
    """The zone of an interface: its own, else that of the longest name that it begins with, else all others'."""
    if interface in zones:
        return interface
    wide = [zone for zone in zones if zone.endswith("+") and interface.startswith(zone[:-1])]
    return max(wide, key=len, default=OTHER)


def _fitting(zones: tuple[str, ...], asked: Interfaces | None) -> frozenset[str]:
    if asked is None:
        return frozenset(zones)
    fitting = frozenset(zone for zone in zones if _is_of(zone, asked.pattern))
    return frozenset(zones) - fitting if asked.is_not else fitting


def _is_of(zone: str, pattern: str) -> bool:
    """Packets to or from the firewall itself have no interface on that side; `+` alone fits even that."""
    if pattern == "+":
        return True
    is_wide = pattern.endswith("+")
    return zone not in {OTHER, FIREWALL} and (zone.startswith(pattern[:-1]) if is_wide else zone == pattern)


# Rules


def _chain_rule(file: _File, zones: tuple[str, ...], number: int, line: IptablesRule) -> ChainRule:
    froms, tos = _fitting(zones, line.from_), _fitting(zones, line.to)
    pieces = tuple(Piece(*one) for one in product((froms,), (tos,), line.boxes))
    then, chain = _then(file, line)
    doubts = list(_doubts(file, line))
    for doubt in doubts if pieces and then is not None else ():
        file.doubt(number, doubt)
    has_effect = then is not None
    return ChainRule(
        f"{file.name}:{number}", pieces if has_effect else (), then or Then.RETURN, chain, is_doubtful=bool(doubts)
    )


def _then(file: _File, line: IptablesRule) -> tuple[Then | None, str]:
    """What it does, and the chain that it leads to. None: nothing that matters here."""
    if not line.target or line.target in PASSING_ON:
        return None, ""
    if line.target in file.chains:
        return (Then.GO if line.goes else Then.JUMP), line.target
    return _ENDS.get(line.target, Then.ALLOW), ""


def _doubts(file: _File, line: IptablesRule) -> Iterator[str]:
    yield from line.doubts
    if line.target and line.target not in {*_ENDS, *PASSING_ON, *file.chains}:
        yield f"-j {line.target}"
