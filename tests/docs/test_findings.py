"""The doctor's findings are read from its code as it says them."""

from __future__ import annotations

from types import ModuleType

import pytest
from tools import findings

from limen.doctor import database, disk

CODE = """
_FIX = "mend " + "it"

def look(where):
    what = f"{where} is broken"
    if where:
        return Finding(NAME, State.WRONG, what, _FIX)
    what = "all is well"
    Other(NAME, State.WRONG, "x")
    return [Finding(NAME, State.OK, what), Finding(NAME, State.WARNING, said(where), "see")]
"""


def test_a_sentence_is_read_where_it_is_said_and_its_holes_are_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(findings.inspect, "getsource", lambda _: CODE)
    assert findings.findings_of(ModuleType("made")) == [findings.Said("wrong", "… is broken", "mend it")]


def test_what_the_doctor_says_of_disk_and_database_is_found() -> None:
    assert findings.Said("warning", "only … of … free", disk._MAKE_ROOM) in findings.findings_of(disk)
    assert any("damaged" in one.what and "backup" in one.fix for one in findings.findings_of(database))
