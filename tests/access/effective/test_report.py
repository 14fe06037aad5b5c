from __future__ import annotations

import csv
import io

from limen.access.effective.doors import Door
from limen.access.effective.report import ANYBODY, COLUMNS, SAID, Names, as_csv, plain
from limen.access.effective.rows import Answer, Row
from limen.facts import Label

NAMES = Names({"p1": "=cmd|'/c calc'!A1"}, {"wiki": "Wiki"})
ROW = Row("p1", "wiki", Door.WEB, Label.INTERNAL, ("view", "edit"), Answer.IF, ("with a passkey",), ("a",), ("staff",))


def test_every_answer_has_words() -> None:
    assert set(SAID) == set(Answer)


def test_as_json_everything_is_named() -> None:
    told = plain(ROW, NAMES)
    assert (told["app_name"], told["actions"], told["answer"], told["door"]) == ("Wiki", ["view", "edit"], "if", "web")
    assert (told["until"], told["last_used"], told["label"]) == ("", "", "internal")


def test_anybody_has_a_name_and_what_is_not_known_is_shown_by_its_id() -> None:
    nobody = Row("", "gone", Door.WEB, Label.INTERNAL, ("view",), Answer.ALWAYS, until=1_764_547_200_000)
    assert (NAMES.person(nobody), NAMES.app(nobody)) == (ANYBODY, "gone")
    assert plain(nobody, NAMES)["until"] == "2025-12-01T00:00:00+00:00"


def test_a_name_is_no_formula_in_a_spreadsheet() -> None:
    head, line = list(csv.reader(io.StringIO(as_csv([ROW], NAMES))))
    assert tuple(head) == COLUMNS
    assert not line[0].startswith("=")
    assert len(line) == len(COLUMNS)
