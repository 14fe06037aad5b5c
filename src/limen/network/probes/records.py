"""What came of probes as the journal keeps it, for whoever has no memory of Limen's: one text for each round."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final, get_args

from limen.events import Event
from limen.network.probes.model import MOST_PROBES, Outcome, Probe, Result

KIND: Final = "network.probed"
_OUTCOMES: Final = frozenset(get_args(Outcome))


def record_of(results: Sequence[Result]) -> dict[str, str | int | bool]:
    """Details of the event."""
    rows = [
        [
            *(each.probe.from_zone, each.probe.to_zone, each.probe.host, each.probe.source, each.probe.destination),
            *(each.probe.port, each.probe.must_pass, each.probe.because, each.outcome, list(each.denied_by)),
        ]
        for each in results
    ]
    came = sum(each.outcome == "through" and not each.probe.must_pass for each in results)
    return {"count": len(rows), "came_through": came, "results": json.dumps(rows, separators=(",", ":"))}


def results_of(event: Event) -> list[Result]:
    """What an event of `KIND` says; nothing where it can't be read."""
    try:
        rows: list[Any] = json.loads(str(event.details.get("results", "")))[:MOST_PROBES]
        canary = str(event.details.get("firewall", ""))
        return [Result(canary, Probe(*row[:8]), row[8], event.at, tuple(row[9])) for row in rows if row[8] in _OUTCOMES]
    except (ValueError, TypeError, IndexError, RecursionError):
        return []
