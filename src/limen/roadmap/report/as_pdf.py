"""The report as PDF, a page for each phase. A letter that its font has not is shown as a question mark."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from io import BytesIO
from typing import Any, Final

from limen.printable import visible
from limen.roadmap.report import texts
from limen.roadmap.report.model import Line, PhasePage, Report

_COLUMNS: Final = ("Control", "Answer", "Figure", "Grade", "Held", "Details")
_WIDTHS_MM: Final = (62, 16, 54, 20, 36, 87)
FIGURES: Final = "Figures in the words of the journal:"
"""What leads the line with all figures of a phase."""


def as_pdf(report: Report) -> bytes:
    """The whole file, with a line end. The same report is the same bytes."""
    from reportlab.lib.pagesizes import A4, landscape  # noqa: PLC0415 -- heavy, and only reports need it
    from reportlab.lib.units import mm  # noqa: PLC0415
    from reportlab.platypus import PageBreak, SimpleDocTemplate  # noqa: PLC0415

    writing = _Writing()
    story = [writing.text(report.title, "Title"), *(writing.text(one, "BodyText") for one in texts.heading(report))]
    phases = [("Phase", "State", "Yes", "Partly", "No"), *texts.summary(report)]
    story += [writing.table(phases, (110, 30, 20, 20, 20)), *_anchor(writing, report)]
    for page in report.pages:
        story += [PageBreak(), *_page(writing, page, report)]
    made = BytesIO()
    margin = 10 * mm
    document = SimpleDocTemplate(
        made,
        pagesize=landscape(A4),
        title=_shown(report.title),
        author="Limen",
        subject="Zero trust, measured",
        lang="en",
        invariant=1,
        leftMargin=margin,
        rightMargin=margin,
        topMargin=margin,
        bottomMargin=margin,
    )
    document.build(story)
    content = made.getvalue()
    return content if content.endswith(b"\n") else content + b"\n"


def _page(writing: _Writing, page: PhasePage, report: Report) -> list[Any]:
    state = "closed" if page.is_closed else "open"
    figures = ", ".join(f"{one.id}={one.figure}" for one in page.lines)
    story = [
        writing.text(f"{int(page.phase)}. {page.title} ({state})", "Heading1"),
        writing.text(f"{FIGURES} {figures}."),
    ]
    rows = [_COLUMNS, *(_cells(one, report) for one in page.lines)]
    return [*story, writing.table(rows, _WIDTHS_MM)]


def _cells(line: Line, report: Report) -> tuple[str, ...]:
    must = "" if line.is_must else " (optional)"
    journaled = texts.journaled(line)
    return (
        f"{line.id} {line.title}{must}. {line.demands}",
        line.answer.value,
        f"{line.figure}{f' ({journaled})' if journaled else ''}: {line.counts}. {line.closes}",
        line.grade.word,
        texts.held(line.held),
        "\n".join(texts.details(line, report.zone)) or "nothing is missing",
    )


def _anchor(writing: _Writing, report: Report) -> list[Any]:
    said = (
        "The journal of everything that Limen did is a chain. When this report was made, it had come as far as these "
        "lines say, which `limen journal verify --exported` takes:"
    )
    heads = [writing.text(one.checkpoint) for one in report.heads]
    return [writing.text(said, "BodyText"), *heads, writing.text(texts.HOW_TO_VERIFY, "BodyText")]


class _Writing:
    """Paragraphs and tables in the styles of the report."""

    def __init__(self) -> None:
        from reportlab.lib.styles import getSampleStyleSheet  # noqa: PLC0415

        self._styles = getSampleStyleSheet()
        self._small = self._styles["BodyText"].clone("small", fontSize=7, leading=8.5, splitLongWords=1)

    def text(self, said: str, style: str = "") -> Any:
        """Nothing of it is markup, whatever people are called."""
        from reportlab.platypus import Paragraph  # noqa: PLC0415

        shown = escape(_shown(said)).replace("\n", "<br/>")
        return Paragraph(shown, self._styles[style] if style else self._small)

    def table(self, rows: Iterable[Iterable[str]], widths_mm: Iterable[int]) -> Any:
        from reportlab.lib import colors  # noqa: PLC0415
        from reportlab.lib.units import mm  # noqa: PLC0415
        from reportlab.platypus import LongTable, TableStyle  # noqa: PLC0415

        body = [[self.text(cell) for cell in row] for row in rows]
        made = LongTable(body, colWidths=[one * mm for one in widths_mm], repeatRows=1, splitInRow=1)
        line = ("LINEBELOW", (0, 0), (-1, -1), 0.25, colors.HexColor("#c8ccd2"))
        made.setStyle(TableStyle([line, ("VALIGN", (0, 0), (-1, -1), "TOP")]))
        return made


def _shown(said: str) -> str:
    return visible(said).encode("cp1252", "replace").decode("cp1252")
