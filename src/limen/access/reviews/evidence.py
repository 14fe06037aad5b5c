"""The evidence of a review: who decided what about whose access, and when; as CSV and as PDF, signed.

The CSV has everything. The PDF is for people: counts, then the same rows in short; a letter that its font has not is
shown as a question mark.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from html import escape
from io import BytesIO, StringIO
from typing import Any, Final

from limen.access.reviews.errors import EvidenceError
from limen.access.reviews.model import Effect, Review, ReviewRow, Verdict
from limen.access.reviews.signature import signed
from limen.clock import Instant, to_iso
from limen.messages import times
from limen.printable import no_formula
from limen.storage import Keyring

COLUMNS: Final = (
    *("review", "person", "person_id", "app", "app_id", "way", "by", "actions", "used_90_days", "last_used", "got_at"),
    *(
        "got_by",
        "peers",
        "peers_with",
        "risk",
        "verdict",
        "effect",
        "decided_at",
        "decided_by",
        "decided_by_id",
        "note",
    ),
)
_SERVER: Final = "Limen"


@dataclass(frozen=True, slots=True)
class Evidence:
    """A file to take out. `form` is `csv` or `pdf`."""

    name: str
    form: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Named:
    """What people and apps are called, by id; the company's name and time zone."""

    people: Mapping[str, str]
    apps: Mapping[str, str]
    company: str
    zone: tzinfo

    def person(self, person_id: str) -> str:
        return self.people.get(person_id, person_id)


def evidence_of(
    form: str, review: Review, rows: Sequence[ReviewRow], named: Named, now: Instant, keyring: Keyring
) -> Evidence:
    """The signed file. Raises EvidenceError for another form."""
    if form == "csv":
        content, mark = _as_csv(review, rows, named), b"#"
    elif form == "pdf":
        content, mark = _as_pdf(review, rows, named, now), b"%"
    else:
        raise EvidenceError("evidence is CSV or PDF", "choose one of them")
    return Evidence(f"{review.name}-{to_iso(review.started_at)[:10]}.{form}", form, signed(content, mark, keyring))


def _as_csv(review: Review, rows: Sequence[ReviewRow], named: Named) -> bytes:
    """RFC 4180, one header. No cell is a formula to a spreadsheet."""
    written = StringIO(newline="")
    writer = csv.writer(written)
    writer.writerow(COLUMNS)
    for row in rows:
        writer.writerow([no_formula(str(cell)) for cell in _cells(review, row, named)])
    return written.getvalue().encode()


def _cells(review: Review, row: ReviewRow, named: Named) -> tuple[object, ...]:
    return (
        review.id,
        named.person(row.person_id),
        row.person_id,
        named.apps.get(row.app, row.app),
        row.app,
        row.way.value,
        row.by,
        " ".join(row.actions),
        row.used,
        _iso(row.last_used),
        _iso(row.got_at),
        named.person(row.got_by),
        row.peers,
        row.peers_with,
        row.risk if row.risk >= 0 else "",
        row.verdict.value,
        row.effect.value,
        _iso(row.decided_at),
        _decider(row, named),
        row.decided_by,
        row.note,
    )


def _decider(row: ReviewRow, named: Named) -> str:
    if row.decided_by:
        return named.person(row.decided_by)
    return _SERVER if row.decided_at else ""


def _iso(at: Instant) -> str:
    return to_iso(at) if at else ""


def _as_pdf(review: Review, rows: Sequence[ReviewRow], named: Named, now: Instant) -> bytes:
    from reportlab.lib import colors  # noqa: PLC0415 -- heavy, and only evidence needs it
    from reportlab.lib.pagesizes import A4, landscape  # noqa: PLC0415
    from reportlab.lib.styles import getSampleStyleSheet  # noqa: PLC0415
    from reportlab.lib.units import mm  # noqa: PLC0415
    from reportlab.platypus import LongTable, Paragraph, SimpleDocTemplate, Spacer, TableStyle  # noqa: PLC0415

    styles = getSampleStyleSheet()
    small = styles["BodyText"].clone("small", fontSize=7, leading=8.5)

    def text(said: object, style: Any = small) -> Any:
        """Nothing of it is markup, whatever people are called."""
        shown = str(said).encode("cp1252", "replace").decode("cp1252")
        return Paragraph(escape(shown), style)

    heading = ("Person", "App", "How they have it", "Actions", "Used in 90 days", "Verdict", "Decided by", "Note")
    body = [[text(one) for one in heading]]
    for row in rows:
        used = f"{row.used} times, last {_day(row.last_used, named)}" if row.used else "not"
        said = [row.verdict.value or "open", row.effect.value]
        decided = f"{_decider(row, named)} {times.exact(row.decided_at, named.zone)}" if row.decided_at else ""
        cells = (
            named.person(row.person_id),
            named.apps.get(row.app, row.app),
            f"{row.way.value} {row.by}",
            " ".join(row.actions),
            used,
            ", ".join(one for one in said if one),
            decided,
            row.note,
        )
        body.append([text(cell) for cell in cells])
    lines = colors.HexColor("#c8ccd2")
    table = LongTable(body, colWidths=[one * mm for one in (34, 30, 40, 44, 30, 28, 38, 30)], repeatRows=1)
    table.setStyle(TableStyle([("LINEBELOW", (0, 0), (-1, -1), 0.25, lines), ("VALIGN", (0, 0), (-1, -1), "TOP")]))
    made = BytesIO()
    title = f"{named.company}: review of access {review.name}"
    document = SimpleDocTemplate(
        made, pagesize=landscape(A4), title=title, invariant=1, leftMargin=11 * mm, rightMargin=11 * mm
    )
    summary = [text(line, styles["BodyText"]) for line in _summary(review, rows, named, now)]
    document.build([text(title, styles["Title"]), *summary, Spacer(1, 6 * mm), table])
    content = made.getvalue()
    return content if content.endswith(b"\n") else content + b"\n"


def _summary(review: Review, rows: Sequence[ReviewRow], named: Named, now: Instant) -> list[str]:
    verdicts = Counter(row.verdict for row in rows)
    counts = ", ".join(f"{verdicts[one]} {one.value or 'open'}" for one in Verdict if verdicts[one])
    removed = sum(row.effect is Effect.REMOVED for row in rows)
    end = f"closed {times.exact(review.closed_at, named.zone)}" if review.closed_at else "not closed yet"
    deciders = Counter(_decider(row, named) for row in rows if row.decided_at)
    return [
        f"Review {review.id}, begun {times.exact(review.started_at, named.zone)}, {end}.",
        f"{len(rows)} rows: {counts or 'none'}. Access removed at once: {removed}.",
        f"Decided by: {', '.join(f'{name} ({count})' for name, count in sorted(deciders.items())) or 'nobody yet'}.",
        f"Written {times.exact(now, named.zone)}. Verify it with `limen review verify FILE`.",
    ]


def _day(at: Instant, named: Named) -> str:
    return times.day(at, named.zone) if at else ""
