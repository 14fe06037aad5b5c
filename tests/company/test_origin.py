from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from tests.company.small_folder import small_folder

from limen.company.load import load_company
from limen.company.origin import note_origin, origin_of
from limen.company.publish import CONSOLE, SERVER, publish
from limen.company.states import in_state
from limen.policy import State
from limen.storage import Database


def test_a_folder_remembers_which_revision_it_was_the_same_as(tmp_path: Path, where: str) -> None:
    root = small_folder(tmp_path)
    company = load_company(root)
    database = Database.open(where)

    def origin() -> str:
        return database.read(lambda snapshot: origin_of(root, company.settings, snapshot))

    assert origin() == ""
    publish(database, company, SERVER, "first", 1)
    console = in_state(company, "payroll-from-the-office", State.OFF)
    publish(database, console, "p1", "by hand", 2, via=CONSOLE)
    assert origin() == company.revision  # what the console published is not in the folder
    note_origin(root, company.settings, console.revision)
    assert origin() == console.revision
    note_origin(root, company.settings, replace(company, revision="0" * 32).revision)
    assert origin() == company.revision  # a note from another database counts for nothing
    database.close()
