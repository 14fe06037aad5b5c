"""Rulesets: what is taken of what Limen sends."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from limen.following.program.kept import Wrong

FAMILY, TABLE = "inet", "limen"
OBJECTS = {"table", "chain", "rule", "set", "map", "element", "counter", "limit"}
"""What a ruleset may hold, all of it of this one table."""
STATEMENTS = {
    "match",
    "vmap",
    "counter",
    "log",
    "limit",
    "accept",
    "drop",
    "reject",
    "jump",
    "goto",
    "return",
    "continue",
    "mangle",
    "set",
    "ct count",
}
"""What a rule may do. Nothing that sends a packet elsewhere: no NAT, no queue, no copy."""
MANGLED = {"ct": {"mark"}}
"""What a rule may write: a connection's mark."""
MOST_OBJECTS = 400_000


class Ruleset:
    """The objects of a ruleset in nft's JSON (libnftables-json(5)), in their order. Raises Wrong for anything that is
    not of table `inet limen`: all of it is refused then.
    """

    def __init__(self, text: str) -> None:
        self.digest = hashlib.sha256(text.encode()).hexdigest()
        try:
            said = json.loads(text)
        except (ValueError, RecursionError):
            raise Wrong("the ruleset is not JSON") from None
        listed = said.get("nftables") if isinstance(said, dict) else None
        if not isinstance(listed, list) or len(listed) > MOST_OBJECTS:
            raise Wrong("the ruleset is no list of nft's, or longer than any")
        mine = {"table": {"family": FAMILY, "name": TABLE}}
        if listed[:3] == [{"add": mine}, {"delete": mine}, {"add": mine}]:
            listed = listed[2:]  # that it takes the place of what was there is said anew for each transaction
        self.objects = [_object(one) for one in listed]
        if [one for one in self.objects if "table" in one] != [mine]:
            raise Wrong(f"the ruleset has to make the table {FAMILY} {TABLE}, once")
        flags = {one["set"]["name"]: one["set"].get("flags", []) for one in self.objects if "set" in one}
        self.noted = {name for name, some in flags.items() if "dynamic" in some}
        """The sets that packets write."""
        self.timed = {name for name, some in flags.items() if "timeout" in some} - self.noted
        """The sets of what is open for a while."""

    def transaction(self, openings: list[dict[str, Any]]) -> str:
        """What puts it in place of what was there, all at once, with what is open for a while."""
        mine = {"table": {"family": FAMILY, "name": TABLE}}
        start = [{"add": mine}, {"delete": mine}]
        return json.dumps({"nftables": [*start, *({"add": one} for one in self.objects), *openings]})


def closed_ruleset() -> str:
    """Nothing goes through the machine, and to it only what it needs to be reached and mended: answers, neighbours,
    and SSH.
    """
    table = {"family": FAMILY, "table": TABLE}
    states = {"match": {"op": "in", "left": {"ct": {"key": "state"}}, "right": ["established", "related"]}}
    within = {"match": {"op": "==", "left": {"meta": {"key": "iifname"}}, "right": "lo"}}
    icmp = {"match": {"op": "==", "left": {"meta": {"key": "l4proto"}}, "right": {"set": ["icmp", "ipv6-icmp"]}}}
    lease = {
        "match": {"op": "==", "left": {"payload": {"protocol": "udp", "field": "dport"}}, "right": {"set": [68, 546]}}
    }
    ssh = {"match": {"op": "==", "left": {"payload": {"protocol": "tcp", "field": "dport"}}, "right": 22}}
    hooks = [
        {"chain": {**table, "name": name, "type": "filter", "hook": name, "prio": 0, "policy": "drop"}}
        for name in ("forward", "input")
    ]
    lines = [
        {"rule": {**table, "chain": "input", "expr": [one, {"accept": None}]}}
        for one in (states, within, icmp, lease, ssh)
    ]
    return json.dumps({"nftables": [{"table": {"family": FAMILY, "name": TABLE}}, *hooks, *lines]})


def _object(one: Any) -> dict[str, Any]:
    """One object, as it is added."""
    if isinstance(one, dict) and list(one) == ["add"]:
        one = one["add"]
    if not isinstance(one, dict) or len(one) != 1:
        raise Wrong("the ruleset has something that is no object")
    ((kind, said),) = one.items()
    if kind not in OBJECTS or not isinstance(said, dict):
        raise Wrong(f"the ruleset has a {str(kind)[:40]!r}, which Limen never makes")
    table = said.get("name") if kind == "table" else said.get("table")
    if (said.get("family"), table) != (FAMILY, TABLE):
        raise Wrong(
            f"the ruleset has a {kind} of {str(said.get('family'))[:20]} {str(table)[:40]}, which is not Limen's"
        )
    for statement in said.get("expr", []) if kind == "rule" else ():
        _check_statement(statement)
    return one


def _check_statement(statement: Any) -> None:
    if not isinstance(statement, dict) or len(statement) != 1:
        raise Wrong("a rule has something that is no statement")
    ((kind, said),) = statement.items()
    if kind not in STATEMENTS:
        raise Wrong(f"a rule does {str(kind)[:40]!r}, which Limen never does")
    if kind == "mangle" and not (
        isinstance(said, dict)
        and isinstance(said.get("key"), dict)
        and all(value.get("key") in MANGLED.get(name, ()) for name, value in said["key"].items())
    ):
        raise Wrong("a rule writes what Limen never writes")
