from __future__ import annotations

from pathlib import Path

import pytest
from tests.company.small_folder import small_folder

from limen.clock import from_iso
from limen.company.load import FolderError, load_company
from limen.facts import Factor, Needed, Person, RequiredFactor, RequiredFactors
from limen.identity.required_factors_file import FACTORS, changes, must_enrol_at, touches

END = from_iso("2027-01-01T00:00:00+01:00")
ROW = RequiredFactor("staff", Needed.PASSKEY, "2026-12-31", END)
MIA = Person("p_mia", groups=frozenset({"staff"}), active=True)
BEN = Person("p_ben", groups=frozenset({"staff"}), active=True)
GONE = Person("p_gone", groups=frozenset({"staff"}))


def written(at: Path, text: str) -> Path:
    folder = small_folder(at)
    (folder / FACTORS).write_text(text, "utf-8")
    return folder


def test_a_day_is_over_at_midnight_in_the_companys_zone(tmp_path: Path) -> None:
    rows = ("{who: staff, factor: passkey, by: 2026-12-31}", "{who: everyone, factor: two factors, by: '2026-06-30'}")
    company = load_company(written(tmp_path, "required:\n" + "".join(f"  - {row}\n" for row in rows)))
    everyone = RequiredFactor("everyone", Needed.TWO_FACTORS, "2026-06-30", from_iso("2026-07-01T00:00:00+02:00"))
    assert company.parts[FACTORS] == RequiredFactors((everyone, ROW))


@pytest.mark.parametrize("text", ["", "# nothing\n", "required: []\n", "required:\n"])
def test_nothing_may_be_required(tmp_path: Path, text: str) -> None:
    assert load_company(written(tmp_path, text)).parts.get(FACTORS, RequiredFactors()) == RequiredFactors()


WRONG = {
    "a group that nobody declared": ("[{who: stuff, factor: passkey, by: 2026-12-31}]", 1),
    "another factor": ("[{who: staff, factor: sms, by: 2026-12-31}]", 1),
    "no day": ("[{who: staff, factor: passkey, by: 2026-02-30}]", 1),
    "a week": ("[{who: staff, factor: passkey, by: 2026-W01-1}]", 1),
    "the end of time": ("[{who: staff, factor: passkey, by: 9999-12-31}]", 1),
    "a number": ("[{who: 7, factor: 3, by: 20261231}]", 3),
    "nothing said": ("[{}]", 3),
    "a word too many": ("[{who: staff, factor: passkey, by: 2026-12-31, unless: lazy}]", 1),
    "a row that is a text": ("[staff]", 1),
    "the same twice": (
        "[{who: staff, factor: passkey, by: 2026-12-31}, {who: staff, factor: passkey, by: 2027-12-31}]",
        1,
    ),
    "no list": ("staff", 1),
    "too many": ("[" + ", ".join(["{}"] * 51) + "]", 1),
}


@pytest.mark.parametrize("shape", WRONG)
def test_what_is_wrong_is_told_with_its_line(tmp_path: Path, shape: str) -> None:
    text, count = WRONG[shape]
    with pytest.raises(FolderError) as refused:
        load_company(written(tmp_path, f"# what is required\nrequired: {text}\n"))
    assert [(one.file, one.line) for one in refused.value.problems] == [(FACTORS, 2)] * count


def test_other_settings_are_refused(tmp_path: Path) -> None:
    with pytest.raises(FolderError) as refused:
        load_company(written(tmp_path, "needed: []\n"))
    assert [(one.file, one.line) for one in refused.value.problems] == [(FACTORS, 1)]


def test_changes_and_whom_they_concern() -> None:
    people = [(MIA, frozenset({Factor.PASSKEY})), (BEN, frozenset({Factor.PASSWORD})), (GONE, frozenset[Factor]())]
    added = RequiredFactors((ROW,))
    assert len(list(changes(None, added))) == len(list(changes(added, None))) == 1
    assert list(changes(added, added)) == []
    assert [one.people for one in touches(None, added, people)] == [("p_ben",)]
    assert [one.people for one in touches(added, None, people)] == [("p_ben",)]
    assert [one.people for one in touches(added, added, people)] == []
    later = RequiredFactors((RequiredFactor("staff", Needed.PASSKEY, "2027-12-31", END + 1),))
    assert [one.people for one in touches(added, later, people)] == [("p_ben",)]
    assert must_enrol_at(added, BEN, frozenset({Factor.PASSWORD})) == END
    assert must_enrol_at(added, MIA, frozenset({Factor.PASSKEY})) == must_enrol_at(None, BEN, frozenset()) == 0
