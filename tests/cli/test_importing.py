from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.cli.test_main import leave
from tests.company.small_folder import small_folder


@pytest.fixture
def root(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> str:
    folder = str(small_folder(tmp_path))
    assert leave("apply", folder, "-m", "first") == 0
    capsys.readouterr()
    return folder


def test_a_list_is_shown_then_done_then_nothing_to_do(
    root: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    listed = tmp_path / "people.csv"
    listed.write_text("name;email;language\nEve Jansen;eve@harbor.example;de\n")
    assert leave("import", "people", str(listed), root, "--invite") == 0
    assert capsys.readouterr().out == (
        "+ Eve Jansen <eve@harbor.example>\n"
        "1 new, 0 changed, 0 as they are, 0 not in the list.\n"
        "Nothing was changed. The same command with --yes does it.\n"
    )
    assert leave("import", "people", str(listed), root, "--invite", "--yes") == 0
    assert "Done: 1 added, 0 changed, 0 let go, 1 invitations" in capsys.readouterr().out
    assert leave("import", "people", str(listed), root, "--yes") == 0
    assert capsys.readouterr().out.endswith("1 as they are, 0 not in the list.\nThere is nothing to do.\n")
    assert leave("people", root, "--json") == 0
    eve = json.loads(capsys.readouterr().out)
    assert (eve["name"], eve["status"], eve["language"]) == ("Eve Jansen", "invited", "de")
    from limen.mail.store import counted
    from limen.storage import Database

    database = Database.open(Path(root) / "data" / "limen.db")
    assert database.read(lambda snapshot: counted(snapshot.connection)) == {"queued": 1}
    database.close()


@pytest.mark.parametrize(
    ("words", "what"),
    [
        (("apps", "x.csv"), "can't bring 'apps'"),
        (("people", "absent.csv"), "can't be read"),
        (("people", "absent.csv", ".", "--yes", "--dry-run"), "can't both"),
    ],
)
def test_what_goes_wrong_is_said(words: tuple[str, ...], what: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert leave("import", *words) == 1
    assert what in capsys.readouterr().err
