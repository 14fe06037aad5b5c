import json
import shutil
from pathlib import Path

import pytest
from tests.golden import Expected

from limen.cli.main import main
from limen.company.load import load_company

HARBOR = Path(__file__).parents[2] / "examples" / "harbor"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(HARBOR, tmp_path / "harbor"))


def run(*words: str) -> int:
    with pytest.raises(SystemExit) as left:
        main(["add", *words])
    return int(left.value.code or 0)


def test_an_app_is_written_and_said(
    tmp_path: Path, folder: Path, capsys: pytest.CaptureFixture[str], expected: Expected
) -> None:
    code = run("app", "board", "http://127.0.0.1:9", str(folder), "--for", "staff", "--no-probe")
    said = capsys.readouterr().out
    assert code == 0
    assert "+- id: board" in said
    expected(said, {str(tmp_path): "FOLDER"})
    assert "board" in load_company(folder).all_apps


def test_what_does_not_answer_is_added_only_when_that_is_said(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("app", "board", "http://127.0.0.1:9", str(folder)) != 0
    assert "--no-probe" in capsys.readouterr().err
    assert "board" not in load_company(folder).all_apps


@pytest.mark.parametrize("url", ["ftp://10.0.0.5", "http://a:b@10.0.0.5", "http://10.0.0.5/wiki", "10.0.0.5:80"])
def test_what_is_no_upstream_is_refused(folder: Path, url: str) -> None:
    assert run("app", "board", url, str(folder), "--no-probe") != 0


def test_a_wrong_name_is_said_before_anybody_is_asked(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("app", "Board", "http://127.0.0.1:9", str(folder)) != 0
    said = capsys.readouterr().err
    assert "apps.yaml" in said
    assert "--no-probe" not in said


def test_for_programs(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ("app", "board", "http://127.0.0.1:9", str(folder), "--for", "sales", "--label", "confidential")
    assert run(*words, "--no-probe", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["onboarding_until"], told["permitted_by"]) == (0, {"sales": []})


def test_groups_that_the_label_lets_in_are_named(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever names one group adds an app for all whom a policy about its label lets in."""
    words = (
        "app",
        "board",
        "https://board.example/",
        str(folder),
        "--for",
        "sales",
        "--redirect-uri",
        "https://b.example/",
    )
    assert run(*words, "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert told["also_permitted_by"]["staff"] == ["staff-work"]
    assert "sales" not in told["also_permitted_by"]
    assert run("app", "vault", *words[2:], "--label", "restricted", "--json") == 0
    assert "staff" not in json.loads(capsys.readouterr().out)["also_permitted_by"]
    assert run("app", "notes", *words[2:]) == 0
    assert "staff-work" in capsys.readouterr().out


def test_an_app_that_signs_people_in_by_openid_connect_is_given_what_to_paste(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    back = "https://board.harbor.example/callback"
    words = ("app", "board", "https://board.harbor.example/", str(folder), "--redirect-uri", back, "--for", "staff")
    assert run(*words) == 0  # nobody is asked whether it answers
    told = capsys.readouterr().out
    pasted = {line[2:].partition("  ")[0]: line.split()[-1] for line in told.splitlines() if line.startswith("  ")}
    assert pasted["issuer"] == "http://limen.harbor.localhost:8080"
    assert (pasted["client ID"], pasted["redirect URI"]) == ("board", back)
    app = load_company(folder).all_apps["board"]
    assert app.oidc is not None
    assert app.oidc.redirect_uris == (back,)
    assert run("app", "other", back, str(folder), "--redirect-uri", back, "--metadata", "m.xml") != 0
    assert run("app", "other", back, str(folder), "--redirect-uri", "http://board.example/") != 0
    assert "other" not in load_company(folder).all_apps
