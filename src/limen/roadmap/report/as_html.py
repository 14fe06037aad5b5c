"""The report as one HTML file: no script, nothing from elsewhere, readable by screen readers and on paper."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import Final

from limen.printable import visible
from limen.roadmap.report import texts
from limen.roadmap.report.model import Line, PhasePage, Report

POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'"
STYLE: Final = """
:root { color-scheme: light dark; }
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 75rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; margin: 1rem 0; }
caption { text-align: left; font-weight: 600; padding: .5rem 0; }
th, td { text-align: left; vertical-align: top; padding: .5rem; border-bottom: 1px solid; overflow-wrap: anywhere; }
td ul { margin: 0; padding-left: 1.1rem; }
code { overflow-wrap: anywhere; }
@media print { section { break-before: page; } body { font-size: 9pt; margin: 0; } }
@media print { thead { display: table-header-group; } }
"""
_COLUMNS: Final = ("Control", "Answer", "Figure", "Grade", "Held", "Details")


def as_html(report: Report) -> bytes:
    """The whole file, with a line end."""
    title = shown(report.title)
    written = (
        "<!doctype html>",
        f'<html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="{POLICY}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{title}</title><style>{STYLE}</style></head><body>",
        f"<header><h1>{title}</h1>",
        *(f"<p>{shown(one)}</p>" for one in texts.heading(report)),
        "</header><main>",
        table_of("Phases", ("Phase", "State", "Yes", "Partly", "No"), (row_of(one) for one in texts.summary(report))),
        *(_page(one, report) for one in report.pages),
        _anchor(report),
        "</main></body></html>",
    )
    return ("\n".join(written) + "\n").encode()


def _page(page: PhasePage, report: Report) -> str:
    name = f"{int(page.phase)}. {page.title}"
    rows = (_line(one, report) for one in page.lines)
    state = "This phase is closed." if page.is_closed else "This phase is open."
    table = table_of(f"Controls of phase {int(page.phase)}", _COLUMNS, rows) if page.lines else ""
    return f'<section id="phase-{int(page.phase)}"><h2>{shown(name)}</h2><p>{state}</p>\n{table}</section>'


def _line(line: Line, report: Report) -> str:
    must = "" if line.is_must else " <em>(optional)</em>"
    said = "".join(f"<li>{shown(one.removeprefix('- '))}</li>" for one in texts.details(line, report.zone))
    journaled = f"<br><small>{shown(texts.journaled(line))}</small>" if texts.journaled(line) else ""
    cells = (
        (
            f'<th scope="row"><span class="id">{shown(line.id)}</span> {shown(line.title)}{must}'
            f"<br><small>{shown(line.demands)}</small></th>"
        ),
        f"<td>{line.answer.value}</td>",
        (
            f'<td><span class="figure">{shown(line.figure)}</span>{journaled}'
            f"<br><small>{shown(line.counts)}. {shown(line.closes)}</small></td>"
        ),
        f"<td>{line.grade.word}</td>",
        f"<td>{texts.held(line.held)}</td>",
        f"<td>{f'<ul>{said}</ul>' if said else 'nothing is missing'}</td>",
    )
    return f"<tr>{''.join(cells)}</tr>"


def _anchor(report: Report) -> str:
    heads = (
        row_of((one.writer, str(one.n), one.h, f'<code class="checkpoint">{shown(one.checkpoint)}</code>'), raw_from=3)
        for one in report.heads
    )
    said = (
        "The journal of everything that Limen did is a chain. When this report was made, it had come so far. A company "
        "that cuts or changes it later can't have it verified with these lines: "
        "<code>limen journal verify --exported FILE</code>."
    )
    table = table_of("Heads of the journal", ("Chain", "Line", "Head", "Signed checkpoint"), heads)
    return (
        f'<section id="journal"><h2>Journal and signature</h2><p>{said}</p>\n{table if report.heads else ""}'
        f"<p>{shown(texts.HOW_TO_VERIFY)}</p></section>"
    )


def table_of(caption: str, columns: Iterable[str], rows: Iterable[str]) -> str:
    """`caption`, `columns` and `rows` are HTML already."""
    head = "".join(f'<th scope="col">{one}</th>' for one in columns)
    body = "\n".join(rows)
    return f"<table><caption>{caption}</caption><thead><tr>{head}</tr></thead><tbody>\n{body}\n</tbody></table>"


def row_of(cells: Iterable[str], raw_from: int = 99) -> str:
    """A row of texts; from the cell `raw_from` on they are HTML already."""
    first, *rest = (one if at >= raw_from else shown(one) for at, one in enumerate(cells))
    return f'<tr><th scope="row">{first}</th>{"".join(f"<td>{one}</td>" for one in rest)}</tr>'


def shown(text: str) -> str:
    """A text as HTML, with what could move a cursor or turn the writing made visible."""
    return escape(visible(text))
