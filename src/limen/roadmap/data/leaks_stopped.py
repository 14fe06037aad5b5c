"""P4: what must not leave is stopped on every way that is in use, and seldom wrongly."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Final

from limen.roadmap.data.classified import NOTHING_STATED
from limen.roadmap.data.evidence import StoreEvidence
from limen.roadmap.evidence import Evidence
from limen.roadmap.model import Control, Grade, Part, Phase, Row

RIGHTLY: Final = 0.98
NO_CANARY: Final = (
    "Nothing sends planted documents through each way yet, so this can not be measured so far: upload, mail and share a"
    " test document by hand, and look under Findings whether it was stopped."
)
UNREAD: Final = "What was stopped could not be read from the journal to its end: have fewer rules watch alone."
NO_STOP: Final = (
    "Nothing was stopped in 30 days: state rules in data.yaml, and let those stop that watched long enough."
)
_PAGE: Final = "/console/findings"


def measure(evidence: Evidence) -> Iterator[Part]:
    stores = evidence.data.stores
    nothing = NOTHING_STATED if stores is None else ""
    yield Part(
        "ways on which this week's planted documents were stopped",
        (),
        grade=Grade.UNKNOWN,
        missing=nothing or NO_CANARY,
    )
    stops = () if stores is None else tuple(_stops(stores))
    silent = UNREAD if stores is not None and stores.stops is None else "" if stops else NO_STOP
    yield Part("of 30 days' stops, those that nobody found to be wrong", stops, RIGHTLY, missing=nothing or silent)


def _stops(stores: StoreEvidence) -> Iterator[Row]:
    """By the way; it was wrong where somebody decided that it is not sensitive."""
    rightly = Counter(one.channel for one in stores.stops or () if not one.was_wrong)
    wrongly = Counter(one.channel for one in stores.stops or () if one.was_wrong)
    for channel in sorted(rightly | wrongly):
        name = channel or "elsewhere"
        if rightly[channel]:
            yield Row(f"stopped:{channel}", name, is_met=True, page=_PAGE, count=rightly[channel])
        if wrongly[channel]:
            why = "it was not sensitive, as somebody decided"
            yield Row(f"wrong:{channel}", name, is_met=False, why=why, page=_PAGE, count=wrongly[channel])


CONTROL: Final = Control(
    id="P4",
    phase=Phase.DATA,
    title="Leaks are stopped",
    demands="Restricted documents are stopped or asked about on every way out, and hardly any is stopped wrongly.",
    figure="ways on which this week's planted documents were stopped; stops that nobody found to be wrong",
    closes="It is all ways, and 98 % of the stops.",
    why="One way that nobody looks into is the way that data leaves by; and what stops too much is turned off.",
    how="Have rules stop what is restricted on each way, and decide about what they found.",
    page=_PAGE,
    minutes=120,
    weight=4,
    measure=measure,
)
