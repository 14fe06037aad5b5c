"""The answers of a framework as CSV (RFC 4180): a row for each item. No cell is a formula to a spreadsheet."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from io import StringIO
from typing import Final

from limen.clock import Instant, to_iso
from limen.printable import no_formula
from limen.roadmap.frameworks.model import Framework
from limen.roadmap.frameworks.questionnaire import Answered, Support

COLUMNS: Final = (
    *("framework", "version", "mapped", "measured_at", "group", "item", "title", "stage", "answer", "cover", "how_far"),
    *("grade", "controls", "figures", "missed", "excepted", "said", "note", "open_to", "unchecked"),
)


def as_csv(framework: Framework, answers: Iterable[Answered], measured_at: Instant) -> str:
    written = StringIO(newline="")
    writer = csv.DictWriter(written, COLUMNS)
    writer.writeheader()
    groups = {item.id: group.title for group in framework.groups for item in group.items}
    for one in answers:
        item = one.item
        cells = {
            "framework": framework.title,
            "version": framework.version,
            "mapped": framework.mapped.isoformat(),
            "measured_at": to_iso(measured_at),
            "group": groups[item.id],
            "item": item.id,
            "title": item.title,
            "stage": item.stage or "",
            "answer": one.reply,
            "cover": one.cover,
            "how_far": item.how_far or "",
            "grade": one.grade.word,
            "controls": " ".join(item.controls),
            "figures": " / ".join(_figure(each) for each in one.supports),
            "missed": str(sum(each.missed for each in one.supports)),
            "excepted": str(sum(each.excepted for each in one.supports)),
            "said": one.said,
            "note": item.note,
            "open_to": item.open_to,
            "unchecked": "yes" if item.is_unchecked else "no",
        }
        writer.writerow({name: no_formula(str(cell)) for name, cell in cells.items()})
    return written.getvalue()


def _figure(one: Support) -> str:
    return f"{one.control}: {one.figure or 'unknown'}"
