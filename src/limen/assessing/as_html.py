"""The assessment as one HTML file: no script, nothing from elsewhere, as the report of the roadmap is written."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC
from typing import Final

from limen.assessing.assessment import Assessment
from limen.assessing.saying import LIMITS, MOST_LISTED, TITLE, Said, figure_of
from limen.clock import to_iso
from limen.roadmap.report import texts
from limen.roadmap.report.as_html import POLICY, STYLE, row_of, shown, table_of
from limen.roadmap.report.model import PhasePage

_COLUMNS: Final = ("Control", "Seen", "Grade", "Details")


def as_html(found: Assessment, words: Said) -> bytes:
    """The whole file, with a line end."""
    names = "People are named in it." if words.report.has_names else "Names of people are left out."
    written = (
        "<!doctype html>",
        f'<html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="{POLICY}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{TITLE}</title><style>{STYLE}</style></head><body>",
        f"<header><h1>{TITLE}</h1><p>{shown(to_iso(found.told.at))}. {names}</p><p>{LIMITS}</p>",
        f"<p>{texts.GRADES}</p></header><main>",
        *_lists(found, words),
        *(_phase(page, found) for page in words.report.pages),
        "</main></body></html>",
    )
    return ("\n".join(written) + "\n").encode()


def _lists(found: Assessment, words: Said) -> Iterator[str]:
    steps = [row_of((f"{one.control.id} {one.control.title}", text)) for one, text in words.steps]
    yield _section("steps", "The next steps", table_of("In this order", ("Control", "What to do"), steps))
    exports = [
        row_of(
            (one.title, str(one.minutes), ", ".join(ids), "; ".join(f"{tool}: {each}" for tool, each in one.commands))
        )
        for one, ids in words.unseen
    ]
    how = table_of("To export, what most wait for first", ("Export", "Minutes", "Makes known", "How"), exports)
    yield _section("unseen", "What was not seen", how)
    seen = [row_of(one) for one in words.seen]
    yield _section("seen", "What else was seen", table_of("Beside the controls", ("About", "Seen"), seen))
    against = [row_of((name, why, control)) for control, name, why in words.against[:MOST_LISTED]]
    table = table_of("Contradictions", ("Who or what", "Why", "Control"), against)
    yield _section("against", "Where exports contradict each other", table)
    files = [row_of((one.name, one.kind.value, str(one.entries))) for one in found.told.taken]
    files += [row_of((name, "left out", why)) for name, why in found.told.left_out]
    yield _section("files", "Files", table_of("What was read", ("File", "As", "Entries"), files))


def _section(id_: str, title: str, table: str) -> str:
    return f'<section id="{id_}"><h2>{title}</h2>\n{table}</section>'


def _phase(page: PhasePage, found: Assessment) -> str:
    figures = {one.control.id: figure_of(one.measured) for one in found.roadmap.shown}
    rows = []
    for line in page.lines:
        said = "".join(f"<li>{shown(one.removeprefix('- '))}</li>" for one in texts.details(line, UTC))
        details = f"<ul>{said}</ul>" if said else "nothing is missing"
        name = f"{line.id} {line.title}"
        rows.append(row_of((name, figures[line.id], line.grade.word, details), raw_from=3))
    table = table_of(f"Controls of phase {int(page.phase)}", _COLUMNS, rows) if rows else "<p>Nothing is counted.</p>"
    return _section(f"phase-{int(page.phase)}", f"{int(page.phase)}. {shown(page.title)}", table)
