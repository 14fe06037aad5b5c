"""The table of this machine: what is in force, and what a ruleset comes to in the kernel."""

from __future__ import annotations

import json
import tempfile
from typing import Any

from limen.following.program.commands import run
from limen.following.program.kept import Wrong
from limen.network.firewalls.limen_firewall.rulesets import FAMILY, TABLE, Ruleset


def load(ruleset: Ruleset | None, openings: list[dict[str, Any]]) -> None:
    """Put this in force in one transaction; None: nothing of Limen's."""
    mine = {"table": {"family": FAMILY, "name": TABLE}}
    nothing = json.dumps({"nftables": [{"add": mine}, {"delete": mine}]})
    run("nft", "-j", "-f", "-", given=nothing if ruleset is None else ruleset.transaction(openings))


def transact(parts: list[dict[str, Any]]) -> None:
    """Change elements, all of them or none."""
    run("nft", "-j", "-f", "-", given=json.dumps({"nftables": parts}))


def live() -> dict[str, Any] | None:
    """What is in force; None: the table is not there."""
    try:
        return listed(run("nft", "-j", "list", "table", FAMILY, TABLE))
    except Wrong as wrong:
        if "No such file" in str(wrong):
            return None
        raise


def intended(ruleset: Ruleset) -> dict[str, Any]:
    """What this ruleset is in the kernel's words: loaded where nobody's packets are, and listed there."""
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        file.write(ruleset.transaction([]))
        file.flush()
        command = f"nft -j -f {file.name} && exec nft -j list table {FAMILY} {TABLE}"
        return listed(run("unshare", "--net", "sh", "-c", command))


def listed(text: str) -> dict[str, Any]:
    """A listing as what can be compared: each chain's rules in their order, and of each other object what it is. What
    counts and what runs out is left out; of sets with timeouts the elements are apart.
    """
    found: dict[str, Any] = {}
    for one in json.loads(text)["nftables"]:
        ((kind, said),) = one.items()
        if kind in {"metainfo", "table"}:
            continue
        said = _still(said)
        if kind == "rule":
            found.setdefault(f"chain {said['chain']}", [{}])
            found[f"chain {said['chain']}"].append({"expr": said.get("expr", []), "comment": said.get("comment", "")})
            continue
        for name in ("family", "table"):
            said.pop(name, None)
        name = f"{kind} {said.pop('name')}"
        if kind == "chain":
            found[name] = [said]
            continue
        elements = [json.dumps(element, sort_keys=True) for element in said.pop("elem", [])]
        found[name] = {**said, "elem": sorted(elements)}
    return found


def _still(said: Any) -> Any:
    """Without what changes by itself."""
    if isinstance(said, list):
        return [_still(one) for one in said]
    if not isinstance(said, dict):
        return said
    if set(said) == {"counter"} and isinstance(said["counter"], dict):
        return {"counter": None}
    return {
        key: _still(value)
        for key, value in said.items()
        if key not in {"handle", "packets", "bytes", "expires", "counter"} or isinstance(value, str)
    }
