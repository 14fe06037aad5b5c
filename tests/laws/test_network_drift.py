"""Changes to a live ruleset, made by nft as somebody would: the program at the firewall finds each and says where."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest
from tests.dial import size
from tests.network.lab import namespace, needs_namespaces, nft
from tests.network.policies import LONG, UPLINK, network, ruleset

from limen.network.emit.nft_router import router_of
from limen.network.emit.nftables import firewall
from limen.network.firewalls.limen_firewall.differences import differences
from limen.network.firewalls.limen_firewall.rulesets import FAMILY, TABLE, Ruleset
from limen.network.firewalls.limen_firewall.tables import intended, listed
from limen.network.nft import as_text
from limen.network.nft.as_json import as_json
from limen.network.nft.tree import Element, Set, Table

pytestmark = pytest.mark.slow
_MUTATIONS = 100
"""`bench/network.py --mutations 500` makes more."""
_NOW = LONG - 3_600_000
Mutation = tuple[list[str], str, str]
"""Commands of nft, the kind of the difference that they make, and the name of where it is."""


def test_each_change_of_a_live_ruleset_is_found_and_named() -> None:
    needs_namespaces()
    with namespace() as name:
        kinds = Counter(found_in(name, seed) for seed in range(size(_MUTATIONS)))
    assert len(kinds) >= min(8, size(_MUTATIONS) // 5)


def found_in(name: str, seed: int) -> str:
    """Loads a random ruleset into a namespace, changes something, and finds it; which kind of difference it was."""
    numbers = random.Random(seed)
    of = network(numbers)
    meant = firewall(ruleset(numbers, of), of, router_of(of, [UPLINK]), _NOW).table
    _run(name, ["-j"], as_json(meant))
    assert _differences(name, meant) == []
    commands, kind, place = _mutation(numbers, meant, _handles(name))
    _run(name, [], "\n".join(commands))
    found = [one for one in _differences(name, meant) if place in one["where"].split()]
    assert is_of_kind(kind, found), (seed, commands, kind, place, found)
    return kind


def is_of_kind(kind: str, found: Sequence[dict[str, str]]) -> bool:
    """Whether these tell of something that is missing, added, or other than meant: what was, and what is instead."""
    if kind.endswith("missing"):
        return any(one["was"] and not one["is"] for one in found)
    if kind.endswith("added"):
        return any(one["is"] and not one["was"] for one in found)
    return any(one["was"] for one in found) and any(one["is"] for one in found)


def _differences(name: str, meant: Table) -> list[dict[str, str]]:
    told = Ruleset(as_json(meant))
    listing = nft(name, "-j", "list", "table", FAMILY, TABLE)
    return differences(None if listing.returncode else listed(listing.stdout), intended(told), told.noted)


def _run(name: str, words: list[str], text: str) -> None:
    done = nft(name, *words, "-f", "-", text=text)
    assert not done.returncode, (text[:300], done.stderr)


def _handles(name: str) -> dict[str, list[int]]:
    """By chain, the kernel's numbers of its rules."""
    found: dict[str, list[int]] = {}
    for one in json.loads(nft(name, "-j", "list", "ruleset").stdout)["nftables"]:
        if "rule" in one:
            found.setdefault(one["rule"]["chain"], []).append(one["rule"]["handle"])
    return found


def _mutation(numbers: random.Random, meant: Table, handles: dict[str, list[int]]) -> Mutation:
    chain = numbers.choice([name for name in handles if handles[name]])
    handle = numbers.choice(handles[chain])
    base = numbers.choice(("forward", "input"))
    sized = [one for one in meant.sets if one.elements and not one.is_map]
    one = numbers.choice(sized)
    key = numbers.choice(one.elements)
    ways = meant.set_of["ways"]
    choices: list[Callable[[], Mutation]] = [
        lambda: ([f"delete rule inet limen {chain} handle {handle}"], "rule-missing", chain),
        lambda: ([f"insert rule inet limen {chain} accept"], "rule-added", chain),
        lambda: ([f"add rule inet limen {chain} tcp dport 4444 accept"], "rule-added", chain),
        lambda: ([f"replace rule inet limen {chain} handle {handle} meta mark 7 accept"], "rule-changed", chain),
        lambda: ([f"flush chain inet limen {chain}"], "rule-missing", chain),
        lambda: ([f"chain inet limen {base} {{ policy accept; }}"], "policy", base),
        lambda: (_hooked_anew(meant, base, f"type filter hook {base} priority 10; policy drop;"), "priority", base),
        lambda: (_hooked_anew(meant, base, "type filter hook output priority 0; policy drop;"), "hook", base),
        lambda: ([f"flush set inet limen {one.name}"], "element-missing", one.name),
        lambda: ([f"delete element inet limen {one.name} {{ {_key(one, key)} }}"], "element-missing", one.name),
        lambda: (_renamed(one, key), "element-changed", one.name),
        lambda: (["add chain inet limen back { accept\n}"], "chain-added", "back"),
        lambda: (["add set inet limen more { type ipv4_addr; }"], "set-added", "more"),
        lambda: (['add element inet limen management { "evil0" }'], "element-added", "management"),
        lambda: (['add element inet limen interfaces { "evil0" }'], "element-added", "interfaces"),
        lambda: (["delete table inet limen"], "table-missing", "limen"),
        lambda: (["add counter inet limen seen"], "other-added", "seen"),
        lambda: (
            ['add element inet limen opened.iot.ports4 { 10.30.0.9 . 10.50.0.9 . "vlan50" . tcp . 9 timeout 1h }'],
            "element-added",
            "opened.iot.ports4",
        ),
    ]
    if ways.elements:
        way = ways.elements[0]
        pair = " . ".join(f'"{value}"' for value in way.key)
        choices += [
            lambda: (
                [f"delete element inet limen ways {{ {pair} }}", f"add element inet limen ways {{ {pair} : accept }}"],
                "element-changed",
                "ways",
            ),
            lambda: (['add element inet limen ways { "evil0" . "vlan20" : accept }'], "element-added", "ways"),
        ]
    return numbers.choice(choices)()


def _key(one: Set, element: Element) -> str:
    return as_text.element(one, replace(element, comment="", seconds=None))


def _renamed(one: Set, element: Element) -> list[str]:
    key = _key(one, element)
    lasting = " timeout 9h" if "timeout" in one.flags else ""
    return [
        f"delete element inet limen {one.name} {{ {key} }}",
        f'add element inet limen {one.name} {{ {key}{lasting} comment "other" }}',
    ]


def _hooked_anew(meant: Table, base: str, hook: str) -> list[str]:
    """The chain with the same rules, somewhere else."""
    rules = [f"add rule inet limen {base} {as_text.line(one)}" for one in meant.chain_of[base].lines]
    return [
        f"flush chain inet limen {base}",
        f"delete chain inet limen {base}",
        f"add chain inet limen {base} {{ {hook} }}",
        *rules,
    ]
