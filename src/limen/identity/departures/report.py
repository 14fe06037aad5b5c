"""The report of a departure as rows, for pages, spreadsheets and programs, with the names that a caller knows."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from limen.clock import SECOND, Instant
from limen.identity.departures.departures import Report
from limen.identity.departures.model import Closed, State, Surface, Why
from limen.printable import no_formula

ERASED: Final = "(erased)"
WHY: Final = {
    Why.DEACTIVATED: "Deactivated",
    Why.LAST_DAY: "Their last day is over",
    Why.MOVED: "Their groups changed",
}
CLOSED: Final = {
    Closed.PROVED: "All of it is proved",
    Closed.ACCEPTED: "What was left was accepted",
    Closed.RETURNED: "They were let in again",
    Closed.AGAIN: "Access ended once more: a newer report goes on",
}
STATES: Final = {
    State.PROVED: "proved",
    State.KEPT: "kept, opens nothing",
    State.OUTSTANDING: "outstanding",
    State.AWAY: "not reachable",
}
_COLUMNS: Final = ("surface", "state", "ended", "remaining", "said", "asked", "proved")


def title_of(name: str) -> str:
    """What a surface is called where people read it."""
    return name.replace("_", " ")


def told(report: Report) -> tuple[list[Surface], list[Surface]]:
    """Those surfaces that somebody wants to read of, and those of which they had nothing at all."""
    about = [one for one in report.surfaces if one.ended or one.remaining or not one.state.is_over]
    return about, [one for one in report.surfaces if one not in about]


def plain(report: Report, names: Mapping[str, str]) -> dict[str, Any]:
    """As JSON. `names` are people's, by their ids; of somebody who is erased only the id is left."""
    one = report.departure
    return {
        "id": one.id,
        "person": one.person,
        "name": names.get(one.person, ""),
        "why": one.why.value,
        "at": _iso(one.at),
        "by": one.by,
        "source": one.source,
        "state": one.closed if one.closed_at else "open",
        "closed_at": _iso(one.closed_at),
        "closed_by": one.closed_by,
        "closed_why": one.closed_why,
        "groups_left": sorted(one.groups_left),
        "groups_joined": sorted(one.groups_joined),
        "outstanding": [each.name for each in report.outstanding],
        "surfaces": [
            {
                "name": each.name,
                "state": each.state.value,
                "ended": each.ended,
                "remaining": each.remaining,
                "said": each.said,
                "asked_at": _iso(each.asked_at),
                "proved_at": _iso(each.proved_at),
            }
            for each in report.surfaces
        ],
    }


def as_csv(reports: Iterable[Report], names: Mapping[str, str]) -> str:
    """A line for each surface of each departure, for a spreadsheet."""
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow(("departure", "person", "began", "why", "by", "source", "closed", "closed by", *_COLUMNS))
    for report in reports:
        one = report.departure
        who = names.get(one.person, f"{one.person} {ERASED}")
        closed = f"{_iso(one.closed_at)} {one.closed}".strip()
        about = (one.id, who, _iso(one.at), one.why.value, names.get(one.by, one.by), one.source, closed)
        for each in report.surfaces:
            asked, proved = _iso(each.asked_at), _iso(each.proved_at)
            said = (each.name, each.state.value, each.ended, each.remaining, each.said, asked, proved)
            cells = (*about, names.get(one.closed_by, one.closed_by), *said)
            writer.writerow([no_formula(str(cell)) for cell in cells])
    return written.getvalue()


def _iso(at: Instant) -> str:
    return datetime.fromtimestamp(at / SECOND, UTC).isoformat(timespec="seconds") if at else ""
