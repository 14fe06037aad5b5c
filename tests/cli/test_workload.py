from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.cli.test_main import leave
from tests.cli.workloads import TERMS, with_ada
from tests.company.small_folder import small_folder


def folder_with_ada(tmp_path: Path) -> str:
    """A company where somebody can answer for a workload."""
    return with_ada(small_folder(tmp_path))


def test_a_workload_is_added_listed_renewed_and_revoked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = folder_with_ada(tmp_path)
    assert leave("workload", "add", "batch", "--apps", "wiki, payroll", "--days", "30", *TERMS, root) == 0
    said = capsys.readouterr().out
    assert "batch may ask about payroll, wiki, until" in said
    secret = next(word for word in said.split() if word.startswith("limen_workload_"))
    assert "limen token add --workload batch" in said
    assert leave("workload", "list", root) == 0
    said = capsys.readouterr().out
    assert said.startswith("batch (Sends the invoices): may ask about payroll, wiki; tokens valid until ")
    assert secret not in said
    assert leave("workload", "renew", "batch", root) == 0
    assert secret not in capsys.readouterr().out
    assert leave("workload", "list", "--json", root) == 0
    listed = json.loads(capsys.readouterr().out)
    assert (listed["name"], listed["active"], listed["apps"]) == ("batch", True, ["payroll", "wiki"])
    assert (listed["owner"], listed["purpose"], listed["is_over"]) == ("p_ada", "Sends the invoices", False)
    assert leave("workload", "describe", "batch", *TERMS[:2], "--purpose", "Other", *TERMS[4:], root) == 0
    capsys.readouterr()
    assert leave("workload", "list", "--json", root) == 0
    assert json.loads(capsys.readouterr().out)["purpose"] == "Other"
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
        (("add", "batch", *TERMS), "no app was named"),
        (("add", "batch", "--apps", "wiki"), "--owner, --purpose, --ends"),
        (("add", "batch", "--apps", "wiki", *TERMS[:4]), "--ends"),
        (("add", "batch", "--apps", "wiki", *TERMS[:4], "--ends", "soon"), "not a valid date"),
        (("add", "batch", "--apps", "wiki", "--owner", "eve@harbor.example", *TERMS[2:]), "no active person"),
        (("describe", "batch", *TERMS), "no active workload"),
        (("revoke", "batch"), "no active workload"),
    ],
)
def test_what_goes_wrong_is_said(
    words: tuple[str, ...], what: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = folder_with_ada(tmp_path)
    assert leave("workload", *words, root) == 1
    assert what in capsys.readouterr().err
    assert leave("workload", "list", root) == 0
    assert "no workloads yet" in capsys.readouterr().out
