"""Which machine has an address, as the link says: an opening is for the one that had it when it was opened."""

from __future__ import annotations

import json
from typing import Any, Iterable

from limen.following.program.commands import run

_UNSURE = {"FAILED", "INCOMPLETE", "NONE"}


class Machines:
    """Who sat where when something was opened. Addresses behind another router have no machine on the link, and are
    left to the rules.
    """

    def __init__(self) -> None:
        self._of: dict[str, str] = {}
        self.moved: list[str] = []
        """What is still to be told: addresses that another machine has now."""

    def elsewhere(self, openings: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
        """The openings whose address another machine has than at first. They are to be closed."""
        by_address = {one["source"][0]: one for one in openings if one["source"][0] == one["source"][1]}
        self._of = {address: link for address, link in self._of.items() if address in by_address}
        if not by_address:
            return []
        now = {address: link for address, link in neighbours().items() if address in by_address}
        gone = {address for address, link in now.items() if self._of.setdefault(address, link) != link}
        for address in sorted(gone):
            del self._of[address]
            self.moved.append(address)
        self.moved = self.moved[-1_000:]
        return [one for one in openings if one["source"][0] in gone and one["source"][0] == one["source"][1]]


def neighbours() -> dict[str, str]:
    """The address on the link (MAC) of each address of IP that this machine spoke with lately (ip-neighbour(8))."""
    found = json.loads(run("ip", "-j", "neighbour", "show") or "[]")
    return {
        one["dst"]: one["lladdr"]
        for one in found
        if "lladdr" in one and not _UNSURE & set(one.get("state", [])) and not one.get("proxy")
    }
