"""What the newest run of a probe says, as rows of a control. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from limen.clock import Milliseconds
from limen.probes.model import Run, Try
from limen.roadmap.evidence import Evidence

PAGE: Final = "/console/probes"
UNREAD: Final = "The runs of probes could not be read from the database"


def fresh(evidence: Evidence, probe: str, counts_for: Milliseconds) -> Run | None:
    """The newest run that is over and no older than that; None where there is none. One of the future is none."""
    run = (evidence.probes or {}).get(probe)
    return run if run is not None and 0 <= evidence.at - run.ended_at <= counts_for else None


def tries_of(run: Run | None) -> Mapping[str, Try]:
    """By their names."""
    return {} if run is None else {one.name: one for one in run.tries}


def why_not(tried: Try | None, *, untried: str, within: Milliseconds = -1) -> str:
    """What a try misses; "" where it held, and within so many milliseconds (-1: whatever it took)."""
    if tried is None:
        return untried
    if not tried.held:
        return tried.why or "it did not hold"
    if within >= 0 and not 0 <= tried.took <= within:
        return f"it took {tried.took} ms" if tried.took >= 0 else "no time was measured"
    return ""
