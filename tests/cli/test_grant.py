"""`limen grant`: temporary access, on the server."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.cli.access_folder import folder
from tests.cli.test_main import leave
from tests.cli.test_request import said

__all__ = ["folder"]
ASK = ("--app", "wiki", "--actions", "administer", "--for", "2h", "--reason", "The theme is broken.")


@pytest.mark.parametrize("task", ["revoke", "end"])
def test_a_grant_is_listed_and_ended(folder: Path, capsys: pytest.CaptureFixture[str], task: str) -> None:
    (made,) = said(capsys, "request", "ask", "ada@harbor.example", str(folder), *ASK)
    assert made["state"] == "granted"
    (grant,) = said(capsys, "grant", "list", str(folder))
    assert (grant["person"], grant["app"], grant["actions"], grant["active"]) == ("p_ada", "wiki", ["administer"], True)
    assert leave("grant", "list", str(folder)) == 0
    assert str(grant["id"]) in capsys.readouterr().out
    (ended,) = said(capsys, "grant", task, str(grant["id"]), str(folder), "-m", "done")
    assert ended["id"] == grant["id"]
    assert said(capsys, "grant", "list", str(folder)) == []
    assert [one["why_ended"] for one in said(capsys, "grant", "list", str(folder), "--all")] == ["done"]
    assert leave("grant", task, str(grant["id"]), str(folder)) != 0


def test_nobody_approves_by_a_shell(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ("--app", "crm", "--actions", "view", "--for", "2h", "--reason", "A customer complains.")
    (made,) = said(capsys, "request", "ask", "oscar@harbor.example", str(folder), *words)
    said(capsys, "grant", "approve", str(made["id"]), str(folder))
    assert said(capsys, "grant", "list", str(folder), "--all") == []
    assert leave("grant", "approve", "ar_none", str(folder)) != 0
    assert leave("grant", "list", "gr_none", str(folder)) != 0
    assert leave("grant", "end", str(folder)) != 0
