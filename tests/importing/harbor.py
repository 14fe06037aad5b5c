"""What tests of importing share: Harbor's exports, an empty company, and what an import makes of both."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from limen.company.company import Company
from limen.company.load import load_company
from limen.company.new_folder import Answers, begin
from limen.importing.export import read_export
from limen.importing.importing import Imported, change_of, understood
from limen.importing.model import Wishes
from limen.importing.readers import READERS
from limen.importing.writing import Change, without_example

EXPORTS = Path(__file__).parent / "exports"
PLANTED = "planted"
"""What every secret of the exports has in it."""


@cache
def export(system: str) -> dict[str, Any]:
    """Harbor's export from this system, by file."""
    return read_export([EXPORTS / system])


@cache
def begun() -> Company:
    """A company folder as `limen init` writes it, for Harbor's domain."""
    with TemporaryDirectory() as above:
        folder = Path(above) / "company"
        begin(folder, Answers("Harbor", "harbor.example"))
        return load_company(folder)


def imported(system: str, files: dict[str, Any] | None = None, wishes: Wishes | None = None) -> Imported:
    return understood(READERS[system], export(system) if files is None else files, wishes or Wishes())


def made(what: Imported, company: Company | None = None, wishes: Wishes | None = None) -> Change:
    """What it does to a folder that was only begun, or to this one."""
    is_new = company is None
    before = without_example(begun(), what.system) if company is None else company
    return change_of(what, before, wishes or Wishes(), is_new=is_new)
