"""What tests of assessments make: files in memory, and an assessment of a folder of Harbor's exports."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.assessing.harbor import NOW, Harbor

from limen.assessing.assessment import Assessment, assessed
from limen.assessing.entries import Entries, Entry, csv_entries, json_entries
from limen.assessing.folder import File
from limen.assessing.reading import told_by
from limen.assessing.told import Told
from limen.roadmap.model import Part

SMALL = 12
"""People of a Harbor that is quickly read."""


def file(name: str, text: str | bytes) -> File:
    return File(name, text.encode() if isinstance(text, str) else text, NOW)


def objects(*values: Any) -> Entries:
    found = json_entries(file("values.json", json.dumps(values)))
    assert found is not None
    return found


def rows(text: str) -> Entries:
    found = csv_entries(file("values.csv", text))
    assert found is not None
    return found


def one(**values: Any) -> Entry:
    return next(iter(objects(values)))


def nothing() -> Told:
    return Told(NOW)


def told_of(harbor: Harbor, folder: Path) -> Told:
    return told_by(harbor.write(folder), NOW)


def assessment(harbor: Harbor, folder: Path) -> Assessment:
    return assessed(told_of(harbor, folder), NOW)


def parts(found: Assessment) -> dict[tuple[str, str], Part]:
    """Every part of every control, by its control and name."""
    return {(each.control.id, part.name): part for each in found.roadmap.shown for part in each.measured.parts}


def part(found: Assessment, control: str, begins: str = "") -> Part:
    """The first part of a control whose name begins so."""
    return next(p for (id_, name), p in parts(found).items() if id_ == control and name.startswith(begins))
