from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.cli.test_main import leave
from tests.company.small_folder import small_folder

from limen.cli.open_company import opened
from limen.facts import Person
from limen.identity.model import PersonStatus
from limen.identity.store import people


def test_they_are_listed_decided_about_and_taken_back(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = small_folder(tmp_path)
    with opened(root, may_make=True) as here:
        for name in ("ada", "ada+two"):
            one = Person(f"p_{name[-3:]}", name, f"{name}@harbor.example")
            here.database.write(lambda t, one=one: people.add(t.connection, one, PersonStatus.ACTIVE, 1))
    assert leave("identities", "list", "--json", str(root)) == 0
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    (pair,) = [one for one in found if one["kind"] == "two-accounts"]
    assert (pair["strength"], pair["decision"], len(pair["accounts"])) == ("strong", None, 2)
    words = ("identities", "decide", pair["id"], str(root), "--choice", "keep", "--days", "9")
    assert leave(*words) == 1
    assert "reason" in capsys.readouterr().err
    assert leave(*words, "--why", "Until the move") == 0
    capsys.readouterr()
    assert leave("identities", "list", str(root)) == 0
    assert "decided: keep" in capsys.readouterr().out
    assert leave("identities", "reopen", pair["id"], str(root)) == 0
    assert leave("identities", "reopen", pair["id"], str(root)) == 1


def test_what_goes_wrong_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = small_folder(tmp_path)
    with opened(root, may_make=True):
        pass
    assert leave("identities", "list", str(root)) == 0
    assert "Nothing" in capsys.readouterr().out
    for words, what in ((("decid",), "can't"), (("decide",), "an ID"), (("decide", "uf_1"), "no finding uf_1")):
        assert leave("identities", *words, str(root)) == 1
        assert what in capsys.readouterr().err
