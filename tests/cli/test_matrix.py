from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from tests.cli.test_main import leave
from tests.company.company_folder import change
from tests.golden import Expected

HARBOR = Path(__file__).parents[2] / "examples" / "harbor"
TUESDAY = ("--at", "2026-11-24T10:00")


@pytest.fixture
def harbor(tmp_path: Path) -> Path:
    return Path(shutil.copytree(HARBOR, tmp_path / "harbor"))


def cells(capsys: pytest.CaptureFixture[str], *words: str) -> dict[tuple[str, str, str], tuple[str, str]]:
    assert leave("matrix", *words, *TUESDAY, "--json") == 0
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    return {(one["person"], one["app"], one["action"]): (one["effect"], one["reason"]) for one in found}


def test_one_person_over_all_apps_and_actions(harbor: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = cells(capsys, str(harbor), "--person", "Maren Petersen")
    (person,) = {person for person, _, _ in found}
    assert {action for _, _, action in found} == {"view", "download", "edit", "share", "administer"}
    for app in ("wiki", "payroll"):
        assert leave("why", str(harbor), "--person", person, "--app", app, "--strength", "3", "--json", *TUESDAY) == 0
        assert json.loads(capsys.readouterr().out)["effect"] == found[person, app, "view"][0]


def test_a_restricted_document_is_open_to_fewer_than_its_app(harbor: Path, capsys: pytest.CaptureFixture[str]) -> None:
    whole = cells(capsys, str(harbor), "--app", "wiki")
    restricted = cells(capsys, str(harbor), "--app", "wiki", "--document", "restricted")
    assert cells(capsys, str(harbor), "--app", "wiki", "--document", "public") == whole
    permitted = [{cell for cell, (effect, _) in each.items() if effect == "permit"} for each in (restricted, whole)]
    assert permitted[0] < permitted[1]
    (person, _, action) = next(iter(permitted[1] - permitted[0]))
    asked = ("--person", person, "--app", "wiki", "--action", action, "--document", "restricted", "--strength", "3")
    assert leave("why", str(harbor), *asked, "--json", *TUESDAY) == 0
    assert json.loads(capsys.readouterr().out)["effect"] != "permit"
    assert leave("matrix", str(harbor), "--document", "secret") == 2


def test_everybody_over_every_app(harbor: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = cells(capsys, str(harbor), "--action", "edit")
    assert len({person for person, _, _ in found}) == 24
    assert {"wiki", "payroll", "limen"} <= {app for _, app, _ in found}
    assert {effect for effect, _ in found.values()} >= {"permit", "deny"}


def test_one_app_as_a_table_of_words(harbor: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert leave("matrix", str(harbor), "--app", "payroll", *TUESDAY) == 0
    out = capsys.readouterr().out
    assert "Payroll" in out
    assert "yes" in out
    assert "no" in out


def test_a_candidate_folder_is_asked_before_it_is_published(
    harbor: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], expected: Expected
) -> None:
    candidate = Path(shutil.copytree(harbor, tmp_path / "candidate"))
    change(candidate, "policies/40-harbor.cedar", 'principal in Group::"hr"', 'principal in Group::"sales"')
    folder = (str(harbor), "--app", "payroll")
    before = cells(capsys, *folder)
    after = cells(capsys, *folder, "--candidate", str(candidate))
    assert before != after
    assert leave("matrix", *folder, "--in-force") == 1
    expected(capsys.readouterr().err, {str(tmp_path): "FOLDER"})
    assert leave("apply", str(candidate), "-m", "Sales reads the payroll") == 1  # its own test still forbids it
    capsys.readouterr()
    assert leave("apply", str(harbor), "-m", "Begin") == 0
    capsys.readouterr()


@pytest.mark.parametrize(
    ("words", "code", "what"),
    [
        (("--person", "Maren Petersen", "--app", "wiki"), 2, "limen why"),
        (("--in-force", "--candidate", "x"), 2, "can't be used together"),
        (("--action", "destroy"), 2, "one of view"),
        (("--device", "clean"), 2, "compliant"),
        (("--app", "wikki"), 1, "did you mean"),
        (("--person", "Nobody Here"), 1, "there is nobody called"),
        (
            ("--person", "Qqqq Zzzz"),
            1,
            "`limen matrix` lists everyone; `limen why --group …` uses a hypothetical person",
        ),
        (("--network", "ofice"), 1, 'there is no network "ofice"'),
        (("--country", "Germany"), 1, "use two letters, such as DE or FR"),
        (("--proved", "long"), 2, ""),
        (("--at", "yesterday"), 2, ""),
    ],
)
def test_what_goes_wrong_is_said(
    words: tuple[str, ...], code: int, what: str, harbor: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert leave("matrix", str(harbor), *words) == code
    assert what in capsys.readouterr().err
