"""`limen network import`: what the rules of a firewall open, and a network.yaml proposed from them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any, Final

from limen.cli.options import MisusedError
from limen.cli.output import counted, write_new
from limen.clock import SystemClock
from limen.errors import LimenError
from limen.network.model import INTERNET
from limen.network.reading.files import File, read_files
from limen.network.reading.five_worst import Opening, Surroundings, worst
from limen.network.reading.reading import FIREWALL, MOST_BYTES, OTHER, Errs, Reading
from limen.network.reading.zones_proposed import proposed

_MOST_SHOWN: Final = 20
_REVIEW: Final = timedelta(days=90)
_SIDES: Final = {
    None: "All of it was understood.",
    Errs.TOO_OPEN: "What was not understood counts as open: in truth less may be.",
    Errs.TOO_CLOSED: "More may be open than this says, since something is missing.",
    Errs.EITHER: "More or less may be open than this says, since something was not understood.",
}


def run(
    files: Sequence[Path],
    *,
    kind: str,
    zone: Sequence[str],
    internet: Sequence[str],
    owner: str,
    write: Path | None,
    as_json: bool,
) -> None:
    """It reads files alone: no firewall is asked, and nothing is changed."""
    reading = read_files([_file(one) for one in files], kind)
    reading = replace(reading, places={**reading.places, **_places(reading, zone)})
    review = (datetime.fromtimestamp(SystemClock().now() / 1000, UTC) + _REVIEW).date().isoformat()
    outside = [_known(reading, one) for one in internet]
    text = proposed(reading, owner, review, outside)
    openings = worst(reading.ruleset, Surroundings(reading.places, outside))
    if as_json:
        print(json.dumps({**_plain(reading, openings), "proposed": text}, ensure_ascii=False))
    else:
        _print(reading, openings)
        _print_unplaced(reading, outside)
    if write is not None:
        write_new(write, text)
    elif not as_json:
        print(f"\nProposed as network.yaml; `limen check` then names what of it must never be:\n\n{text}", end="")


def _file(path: Path) -> File:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise LimenError(f"{path} is larger than {MOST_BYTES >> 20} MiB", "give it in parts")
        return File(path.name, path.read_text("utf-8", errors="replace"))
    except OSError as error:
        raise LimenError(f"{path} can't be read: {error.strerror}") from None


def _places(reading: Reading, said: Sequence[str]) -> dict[str, Any]:
    places = {}
    for one in said:
        name, _, prefixes = one.partition("=")
        try:
            places[_known(reading, name)] = tuple(ip_network(prefix.strip()) for prefix in prefixes.split(","))
        except ValueError:
            raise MisusedError(f"--zone {one[:60]} has no addresses", "write it as lan0=10.0.0.0/24") from None
    return places


def _known(reading: Reading, name: str) -> str:
    if name not in reading.ruleset.zones:
        known = ", ".join(reading.ruleset.zones[:12])
        raise MisusedError(f"no rule names {name[:60]!r}", f"it is one of {known}")
    return name


def _print(reading: Reading, openings: list[Opening]) -> None:
    rules, zones = counted(len(reading.ruleset.rules), "rule"), counted(len(reading.ruleset.zones), "zone")
    print(f"Read as {reading.kind}: {rules} between {zones} ({', '.join(reading.ruleset.zones[:12])}).")
    print("\nThe worst openings:" if openings else "\nNothing is open.")
    for number, one in enumerate(openings, 1):
        print(f"  {number}. {one.sentence} ({one.rule.id})")
    print(f"\n{_SIDES[reading.errs]}")
    for doubt in reading.not_understood[:_MOST_SHOWN]:
        print(f"  {doubt.where}: {doubt.what}")
    if len(reading.not_understood) > _MOST_SHOWN:
        print(f"  and {len(reading.not_understood) - _MOST_SHOWN} more")


def _print_unplaced(reading: Reading, outside: Sequence[str]) -> None:
    """Without its addresses an interface is everywhere, which is seldom so, and no zone can be proposed of it."""
    told = {INTERNET, FIREWALL, OTHER, *outside, *(name for name, prefixes in reading.places.items() if prefixes)}
    unplaced = [one for one in reading.ruleset.zones if one not in told][:_MOST_SHOWN]
    if unplaced:
        print("\nNot known, and so anywhere: which addresses are behind")
        for one in unplaced:
            print(f"  {one}: say --zone {one}=10.0.0.0/24, or --internet {one}")


def _plain(reading: Reading, openings: list[Opening]) -> dict[str, Any]:
    return {
        "kind": reading.kind,
        "rules": len(reading.ruleset.rules),
        "zones": list(reading.ruleset.zones),
        "errs": reading.errs,
        "not_understood": [{"where": one.where, "what": one.what, "errs": one.errs} for one in reading.not_understood],
        "worst": [
            {"rule": one.rule.id, "from": one.rule.from_zone, "to": one.rule.to_zone, "says": one.sentence}
            for one in openings
        ],
    }
