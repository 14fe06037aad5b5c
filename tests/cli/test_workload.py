from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.cli.test_main import leave
from tests.company.small_folder import small_folder


def test_a_workload_is_added_listed_renewed_and_revoked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = str(small_folder(tmp_path))
    assert leave("workload", "add", "batch", "--apps", "wiki, payroll", "--days", "30", root) == 0
    said = capsys.readouterr().out
    assert "batch may ask about payroll, wiki, until" in said
    secret = next(word for word in said.split() if word.startswith("limen_workload_"))
    assert "limen token add --workload batch" in said
    assert leave("workload", "list", root) == 0
    said = capsys.readouterr().out
    assert said.startswith("batch: may ask about payroll, wiki; tokens valid until ")
    assert secret not in said
    assert leave("workload", "renew", "batch", root) == 0
    assert secret not in capsys.readouterr().out
    assert leave("workload", "list", "--json", root) == 0
    listed = json.loads(capsys.readouterr().out)
    assert (listed["name"], listed["active"], listed["apps"]) == ("batch", True, ["payroll", "wiki"])
    assert len(listed["tokens"]) == 2
    assert leave("workload", "revoke", "batch", root) == 0
    assert capsys.readouterr().out == "batch is revoked: its tokens no longer work.\n"
    assert leave("workload", "list", root) == 0
    assert capsys.readouterr().out == "batch: revoked\n"


@pytest.mark.parametrize(
    ("words", "what"),
    [
        (("ad", "batch"), "can't 'ad'"),
        (("add",), "takes a name"),
        (("list", "batch"), "takes no name"),
        (("add", "batch", "--apps", "wikki"), "did you mean"),
        (("add", "batch", "--apps", "wiki", "--groups", "finanse"), "did you mean"),
        (("add", "batch"), "no app was named"),
        (("revoke", "batch"), "no active workload"),
    ],
)
def test_what_goes_wrong_is_said(
    words: tuple[str, ...], what: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = str(small_folder(tmp_path))
    assert leave("workload", *words, root) == 1
    assert what in capsys.readouterr().err
    assert leave("workload", "list", root) == 0
    assert "no workloads yet" in capsys.readouterr().out
