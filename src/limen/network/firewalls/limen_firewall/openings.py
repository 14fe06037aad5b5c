"""What is open for a while: elements of sets with timeouts, which the kernel ends by itself."""

from __future__ import annotations

import json
from typing import Any, Iterable

from limen.following.program.clock import boottime
from limen.following.program.commands import shown
from limen.network.firewalls.limen_firewall.differences import MOST_DIFFERENCES
from limen.network.firewalls.limen_firewall.rulesets import FAMILY, TABLE, Ruleset

PROTOCOLS = {"1": "icmp", "6": "tcp", "17": "udp", "33": "dccp", "58": "ipv6-icmp", "132": "sctp"}
"""What a listing calls them."""
LONGEST_OPENING = 31 * 86_400


def openings_until(said: list[dict[str, Any]], now: float) -> dict[str, dict[str, Any]]:
    """What of this is open at `now` (by Limen, in seconds since 1970), by its id; `ends` is when, since the boot."""
    left = {one["id"]: min(one["until"] / 1000 - now, LONGEST_OPENING) for one in said}
    return {one["id"]: {**one, "ends": boottime() + left[one["id"]]} for one in said if left[one["id"]] >= 1}


def without(some: dict[str, dict[str, Any]], others: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    """What is open by `some`, and is not, or otherwise, by `others`."""
    return [one for id_, one in some.items() if id_ not in others or not _is_same(one, others[id_])]


def shared(some: Iterable[dict[str, Any]], others: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those of `some` that are open by the same element as one of the `others`: a probe and a door can be."""
    elements = {(one["set"], _plain(one["value"])) for one in others}
    return [one for one in some if (one["set"], _plain(one["value"])) in elements]


def _is_same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    return all(one[key] == other[key] for key in ("set", "value", "until"))


def opened(chosen: Iterable[dict[str, Any]], ruleset: Ruleset) -> list[dict[str, Any]]:
    """The elements that open this, each at most until its own end. The kernel ends it. An element that is there
    already does not take another end, so it goes and comes in one transaction.
    """
    made = []
    for one in chosen:
        left = int(one["ends"] - boottime())
        if one["set"] in ruleset.timed and left >= 1:
            made += [*closed([one], ruleset), {"add": _element(one, left)}]
    return made


def closed(chosen: Iterable[dict[str, Any]], ruleset: Ruleset) -> list[dict[str, Any]]:
    """What closes this, whether the kernel has ended it by now or not."""
    some = [one for one in chosen if one["set"] in ruleset.timed]
    return [part for one in some for part in ({"add": _element(one)}, {"delete": _element(one)})]


def _element(one: dict[str, Any], timeout: int = 0) -> dict[str, Any]:
    value = one["value"]
    value = {"concat": value} if isinstance(value, list) else value
    about = {"family": FAMILY, "table": TABLE, "name": one["set"]}
    elem = {"elem": {"val": value, "timeout": timeout, "comment": one["id"]}} if timeout else value
    return {"element": {**about, "elem": [elem]}}


def opened_to_nobody(is_now: dict[str, Any], ruleset: Ruleset, known: Iterable[dict[str, Any]]) -> list[dict[str, str]]:
    """What is open for a while by what is in force, and is not of what Limen opened."""
    by_limen = {(one["set"], _plain(one["value"])) for one in known}
    found = []
    for name in ruleset.timed:
        for text in is_now.get(f"set {name}", {}).get("elem", []):
            element = json.loads(text)
            value = element.get("elem", element).get("val", element) if isinstance(element, dict) else element
            if (name, _plain(value)) not in by_limen:
                found.append({"where": f"set {name}", "was": "", "is": shown(text)})
    return found[:MOST_DIFFERENCES]


def _plain(value: Any) -> str:
    if isinstance(value, dict) and "concat" in value:
        value = value["concat"]
    parts = value if isinstance(value, list) else [value]
    named = [one if isinstance(one, dict) else PROTOCOLS.get(str(one), str(one)) for one in parts]
    return json.dumps(named, sort_keys=True)
