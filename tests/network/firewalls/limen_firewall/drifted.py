"""What the program at a firewall makes of a table that is in force, without a kernel."""

from __future__ import annotations

import json

from limen.network.firewalls.limen_firewall.differences import differences
from limen.network.firewalls.limen_firewall.tables import listed
from limen.network.nft.as_json import as_json
from limen.network.nft.tree import Table


def drift(live: Table | None, meant: Table, fickle: frozenset[str] = frozenset()) -> list[dict[str, str]]:
    """Each difference; `live` None: the table is not there. The elements of `fickle` sets are not compared."""
    return differences(None if live is None else listed(_listing(live)), listed(_listing(meant)), set(fickle))


def kinds(live: Table | None, meant: Table) -> set[tuple[str, str]]:
    """Of each difference what it is about, and whether something is missing, added or both."""
    told = ((one["where"], bool(one["was"]), bool(one["is"])) for one in drift(live, meant))
    return {(where, "missing" if not now else "added" if not was else "changed") for where, was, now in told}


def _listing(table: Table) -> str:
    """As nft lists what it was told to add."""
    said = json.loads(as_json(table))["nftables"]
    return json.dumps({"nftables": [one["add"] for one in said if "add" in one]})
