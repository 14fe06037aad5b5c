"""`limen place`: where an address is, as far as the files say that `monitor.yaml` names."""

from __future__ import annotations

import json
from dataclasses import asdict
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated

import typer

from limen.cli.options import Json, LastFolder
from limen.clock import SystemClock
from limen.company.load import load_company
from limen.errors import LimenError
from limen.monitor.monitor_file import FILE
from limen.monitor.places.places import Places
from limen.monitor.places.rules import NO_PLACES
from limen.monitor.places.whereabouts import Whereabouts


def run(
    address: Annotated[str, typer.Argument(metavar="ADDRESS", help="An IP address, such as 203.0.113.7")],
    folder: LastFolder = Path(),
    *,
    as_json: Json = False,
) -> None:
    """It reads files alone: nobody is asked."""
    try:
        ip_address(address)
    except ValueError:
        raise LimenError(f"{address[:60]!r} is not an IP address", "write it as 203.0.113.7 or 2001:db8::1") from None
    company = load_company(folder)
    rules = company.parts[FILE].places if company.parts.get(FILE) else NO_PLACES
    places = Places(folder)
    places.look_again(rules, SystemClock().now())
    found = places.find(address, company.networks)
    if as_json:
        print(json.dumps({**asdict(found), "known": found.place.known}))
        return
    for name, value in _lines(found):
        print(f"  {name:<12}  {value}")
    for state in places.atlas.files:
        if state.problem:
            print(f"\n{state.name} tells nothing: {state.problem}")
    if not places.atlas.files:
        print(f"\nNo file tells where addresses are: name some in {FILE}, under `places`.")


def _lines(found: Whereabouts) -> list[tuple[str, str]]:
    near = f" (within {found.radius_km} km)" if found.radius_km else ""
    owner = f"{found.owner_name} (AS{found.owner})".strip() if found.owner else "unknown"
    known = {
        True: f"yes, says {', '.join(found.lists) or 'a database'}",
        False: "no",
        None: "unknown, which counts as yes",
    }
    way_out = f"{found.egress} ({found.egress_kind}): where somebody is can't be told from it" if found.egress else ""
    lines = [
        ("address", found.address),
        ("country", found.country or "unknown"),
        ("city", f"{found.city}{near}" if found.city else "unknown"),
        ("operator", owner),
        ("network", found.network or "none of yours"),
        ("way out", way_out),
        ("anonymiser", known[found.anonymiser]),
    ]
    return [(name, value) for name, value in lines if value]
