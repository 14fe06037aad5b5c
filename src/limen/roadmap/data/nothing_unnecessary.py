"""P9: what people may do, they do. What nobody used in 90 days is taken away."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from limen.clock import DAY, Milliseconds
from limen.facts import Label
from limen.roadmap.data.access import NOTHING_PUBLISHED, names
from limen.roadmap.data.evidence import AccessEvidence, Opened
from limen.roadmap.evidence import Evidence
from limen.roadmap.model import Control, Part, Phase, Row
from limen.storage.journal.usage import last_used

WINDOW: Final[Milliseconds] = 90 * DAY
USED: Final = 0.95
_PAGE: Final = "/console/least"
_TOO_SHORT: Final = (
    "The journal does not reach back 90 days yet: keep it so long (journal_days in limen.toml), and wait."
)


def measure(evidence: Evidence) -> Iterator[Part]:
    access = evidence.data.access
    is_short = evidence.recorded_since > max(0, evidence.at - WINDOW + DAY)
    missing = NOTHING_PUBLISHED if access is None else _TOO_SHORT if is_short else ""
    rows = () if access is None else tuple(_rows(evidence, access))
    yield Part("things that people may do and did in 90 days", tuple(row for row, _ in rows), USED, missing=missing)
    yield from _restricted(tuple(row for row, is_restricted in rows if is_restricted), missing)


def _restricted(rows: tuple[Row, ...], missing: str) -> Iterator[Part]:
    """Where nothing restricted is open without a grant there is nothing to take away, which P10 counts."""
    if rows or missing:
        yield Part("of these, things with restricted apps", rows, missing=missing)


def _rows(evidence: Evidence, access: AccessEvidence) -> Iterator[tuple[Row, bool]]:
    """Of each person and app what was used, and what was not; with whether the app is restricted."""
    used, called = last_used(evidence.uses), names(evidence, access)
    for one in access.opened:
        app = evidence.apps.get(one.app)
        is_restricted = app is None or app.label >= Label.RESTRICTED
        name = f"{called.get(one.person, one.person)}: {one.app if app is None else app.name}"
        did = [each for each in one.actions if (one.person, one.app, each) in used]
        idle = [each for each in one.actions if each not in did]
        if did:
            yield _row(one, name, did), is_restricted
        if idle:
            yield _row(one, name, idle, f"not used in 90 days: {', '.join(idle)}"), is_restricted


def _row(one: Opened, name: str, actions: list[str], why: str = "") -> Row:
    row_id = f"{one.person} {one.app} {'unused' if why else 'used'}"
    return Row(row_id, name, not why, why, _PAGE, len(actions), is_personal=True)


CONTROL: Final = Control(
    id="P9",
    phase=Phase.DATA,
    title="Nothing unnecessary",
    demands="Nobody may do what they never do.",
    figure="actions on apps that are open to somebody without a grant, and that they used in 90 days",
    closes="It is 95 %, and with restricted apps all of them.",
    why="What nobody uses serves only who steals the account.",
    how="Take away what the page of least privilege lists as unused, or let people ask for it when they need it.",
    page=_PAGE,
    minutes=60,
    weight=3,
    measure=measure,
)
