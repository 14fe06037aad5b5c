"""Drift: what somebody else changes of the rules is found, told and put back."""

from __future__ import annotations

import hashlib
import json
import syslog
import time
from collections import deque
from typing import Any, Callable

from limen.following.program.commands import run, shown
from limen.network.firewalls.limen_firewall.differences import MOST_DIFFERENCES, differences
from limen.network.firewalls.limen_firewall.netlink import generation
from limen.network.firewalls.limen_firewall.openings import opened_to_nobody
from limen.network.firewalls.limen_firewall.rulesets import FAMILY, TABLE, Ruleset
from limen.network.firewalls.limen_firewall.tables import live, load

FULL_SECONDS = 600.0
"""How long at most until everything is compared, whether anybody changed anything or not."""


class Drift:
    """Whether the table in force is the one that is to be. The kernel counts changes of rules, its generation: what
    is in force is compared where that is another than after the last look.
    """

    def __init__(self) -> None:
        self.repairs = True
        self.wanted: dict[str, Any] | None = None
        """The table as it is to be, as `tables.listed` has it; None: no rules of Limen's."""
        self.found: deque[dict[str, Any]] = deque(maxlen=100)
        """What is still to be told."""
        self._beside: list[str] | None = None
        self._generation = -1
        self._full = 0.0
        self._told = {"rules": "", "tunnels": ""}

    def mean(self, wanted: dict[str, Any] | None) -> None:
        """This is to be in force from now on."""
        self.wanted, self._generation = wanted, -1

    def own(self, change: Callable[[], None]) -> None:
        """Change rules, and know whether anybody else changed any meanwhile."""
        before = generation()
        change()
        is_own = before == self._generation and generation() == before + 1
        self._generation = before + 1 if is_own else -1

    def is_due(self) -> bool:
        """Whether anybody changed any rules since the last look, or it was long ago. Then `look` is called."""
        return self.wanted is not None and (generation() != self._generation or time.monotonic() >= self._full)

    def look(self, ruleset: Ruleset, known: list[dict[str, Any]] | None) -> bool:
        """Compare, and note what is to be told; whether anything is otherwise. `known` is what Limen opened for a
        while; None: it has not said yet.
        """
        number = generation()
        self._full = time.monotonic() + FULL_SECONDS
        is_now = live()
        found = differences(is_now, self.wanted or {}, ruleset.timed | ruleset.noted)
        found += [] if known is None else opened_to_nobody(is_now or {}, ruleset, known)
        self.tell("rules", found)
        self._look_beside()
        self._generation = number
        return bool(found)

    def put_back(self, ruleset: Ruleset, openings: list[dict[str, Any]]) -> None:
        load(ruleset, openings)
        self._generation = generation()
        self.tell("rules", [])

    def tell(self, what: str, found: list[dict[str, str]]) -> None:
        """This is otherwise than it is to be, of rules or of tunnels: told once, until it was as it is to be again."""
        told = hashlib.sha256(json.dumps(found, sort_keys=True).encode()).hexdigest() if found else ""
        if found and told != self._told[what]:
            syslog.syslog(syslog.LOG_WARNING, f"{what} are not Limen's: {shown(json.dumps(found[0]))}")
            self._note(found, is_repaired=self.repairs)
        self._told[what] = told

    def _look_beside(self) -> None:
        """Other tables' hooks: what they let through Limen's still denies, what they deny is denied, and a flow table
        sends packets past every rule.
        """
        beside = hooks_beside(run("nft", "-j", "-t", "list", "ruleset"))
        if self._beside is not None and beside != self._beside:
            found = [{"where": one, "was": "", "is": "there"} for one in beside if one not in self._beside]
            found += [{"where": one, "was": "there", "is": ""} for one in self._beside if one not in beside]
            self._note(found, is_repaired=False)
        self._beside = beside

    def _note(self, found: list[dict[str, str]], *, is_repaired: bool) -> None:
        self.found.append({"at": int(time.time()), "found": found, "repaired": is_repaired})


def hooks_beside(listing: str) -> list[str]:
    """Where others' tables look at packets, of a listing of all rules in nft's JSON."""
    found = []
    for one in json.loads(listing)["nftables"]:
        ((kind, said),) = one.items()
        is_hook = kind == "flowtable" or (kind == "chain" and "hook" in said)
        if is_hook and (said.get("family"), said.get("table")) != (FAMILY, TABLE):
            found.append(f"{kind} {said.get('family')} {said.get('table')} {said.get('name')} at {said.get('hook')}")
    return sorted(found)[:MOST_DIFFERENCES]
