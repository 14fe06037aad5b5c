from __future__ import annotations

import json
import re
import textwrap
from pathlib import Path

import pytest
from tests.cli.test_main import leave
from tests.cli.workloads import add_workload
from tests.company.small_folder import small_folder

from limen.company.new_folder import Answers, begin

HOW_TO = Path(__file__).parents[2] / "docs" / "how-to" / "git-webdav-and-scripts.md"
CODE = """- id: code
  name: Code
  host: code.harbor.localhost
  upstream: http://127.0.0.1:9003
  label: internal
  owner: staff
  actions:
    view: ["GET /**"]
    edit: ["POST /**"]
"""


def test_a_workloads_token_is_made_listed_and_revoked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = str(small_folder(tmp_path))
    add_workload(root, "ci", "--apps", "wiki")
    capsys.readouterr()
    assert leave("token", "add", "--workload", "ci", "--app", "wiki", "--days", "30", "--json", root) == 0
    made = json.loads(capsys.readouterr().out)
    assert made["secret"].startswith("limen_app_")
    assert leave("token", "list", root) == 0
    said = capsys.readouterr().out
    assert f"{made['id']}: ci, of ci: view on wiki, until " in said
    assert made["secret"] not in said
    assert leave("token", "revoke", made["id"], root) == 0
    capsys.readouterr()
    assert leave("token", "list", "--json", root) == 0
    assert json.loads(capsys.readouterr().out)["good"] is False


@pytest.mark.parametrize(
    "words", [("ad",), ("revoke",), ("add", "--app", "wiki"), ("add", "--workload", "ci", "--app", "wikki")]
)
def test_what_makes_no_sense_is_said(
    words: tuple[str, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert leave("token", *words, str(small_folder(tmp_path))) == 1
    assert "limen token: " in capsys.readouterr().err


def test_the_recipe_of_the_how_to_opens_what_the_baseline_alone_does_not(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Before its policy is in force the command warns; with it, it doesn't."""
    root = str(tmp_path / "harbor")
    begin(Path(root), Answers("Harbor", "harbor.localhost"))
    text = HOW_TO.read_text()
    group, policy = (
        textwrap.dedent(re.findall(rf" *```{kind}\n(.*?)```", text, re.DOTALL)[0]) for kind in ("toml", "cedar")
    )
    settings = Path(root, "limen.toml")
    settings.write_text(settings.read_text().replace("[groups]\n", group, 1))
    apps = Path(root, "apps.yaml")
    apps.write_text(f"{apps.read_text()}\n{CODE}")
    assert leave("apply", root, "-m", "A group for services") == 0
    add_workload(root, "ci", "--apps", "code", "--groups", "builders")
    make = ("token", "add", "--workload", "ci", "--app", "code", "--actions", "view,edit", root)
    capsys.readouterr()
    assert leave(*make) == 0
    said = capsys.readouterr().err
    assert "ci can't view there: " in said
    assert "git-webdav-and-scripts.md" in said
    Path(root, "policies", "50-services.cedar").write_text(policy)
    assert leave("apply", root, "-m", "Build services fetch code") == 0
    capsys.readouterr()
    assert leave(*make) == 0
    said = capsys.readouterr().err
    assert "can't view" not in said
    assert "ci can't edit there: " in said
