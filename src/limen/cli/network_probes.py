"""`limen network probes`: what canaries tried last, and whether the network is as it is stated."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from limen.cli.open_company import Opened, opened
from limen.cli.output import print_rows
from limen.clock import DAY, SystemClock, to_iso
from limen.messages import times
from limen.network.model import FILE
from limen.network.probes.model import Result
from limen.network.probes.records import KIND, results_of
from limen.storage.journal.search import EventQuery, search

_LOOKS_BACK: Final = DAY
_MOST_EVENTS: Final = 1_000
_WORDS: Final = {
    "through": "came through",
    "refused": "refused",
    "silent": "no answer",
    "untried": "could not be tried",
}
_NOTHING: Final = (
    f"Nothing was tried within a day: write `probes: true` at a firewall of {FILE} with `host`, and set it up by "
    "`limen firewall setup NAME`."
)


def run(folder: Path, *, as_json: bool) -> None:
    with opened(folder) as here:
        zone = here.settings.zone
        rows = sorted(_last(here), key=lambda one: (one.probe.from_zone, one.probe.to_zone, one.canary))
        print_rows(rows, lambda one: _text(one, times.date(one.at, zone)), _plain, _NOTHING, as_json=as_json)


def _last(here: Opened) -> Iterator[Result]:
    """The last round of each canary that the journal has."""
    query = EventQuery(kinds=(KIND,), since=SystemClock().now() - _LOOKS_BACK)
    seen: set[object] = set()
    for event in search(here.reader, query, _MOST_EVENTS).events:
        if event.details.get("firewall") not in seen:
            seen.add(event.details.get("firewall"))
            yield from results_of(event)


def _text(one: Result, at: str) -> str:
    probe = one.probe
    should = {True: ", as it should be", False: ", NOT AS STATED", None: ""}[one.is_as_stated]
    by = f", denied by {', '.join(one.denied_by)}" if one.denied_by else ""
    where = f"{probe.from_zone} to {probe.to_zone}: {probe.host} ({probe.destination}) at tcp/{probe.port}"
    return f"{where}: tried {at} from {one.canary}, which says {_WORDS[one.outcome]}{should}{by}"


def _plain(one: Result) -> dict[str, Any]:
    probe = one.probe
    return {
        "at": to_iso(one.at),
        "canary": one.canary,
        "from": probe.from_zone,
        "to": probe.to_zone,
        "host": probe.host,
        "address": probe.destination,
        "port": probe.port,
        "must_pass": probe.must_pass,
        "because": probe.because,
        "outcome": one.outcome,
        "as_stated": one.is_as_stated,
        "denied_by": list(one.denied_by),
    }
