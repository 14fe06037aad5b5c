"""`limen request`: requests for temporary access, on the server."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.cli.access_folder import folder
from tests.cli.test_main import leave

__all__ = ["folder"]
ASK = ("--app", "crm", "--actions", "view", "--for", "2h", "--reason", "A customer complains.")


def said(capsys: pytest.CaptureFixture[str], *words: str) -> list[dict[str, Any]]:
    capsys.readouterr()
    assert leave(*words, "--json") == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_request_is_made_listed_and_withdrawn(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (made,) = said(capsys, "request", "ask", "Oscar@harbor.example", str(folder), *ASK)
    assert (made["state"], made["rule"], made["may_approve"]) == ("open", "stand-in", ["p_farid"])
    assert said(capsys, "request", "list", str(folder)) == [made]
    assert leave("request", "list", str(folder)) == 0
    assert str(made["id"]) in capsys.readouterr().out
    (where,) = said(capsys, "grant", "approve", str(made["id"]), str(folder))
    assert (where["may_approve"], where["page"]) == (["Farid"], where["page"])
    assert where["page"].endswith("/access/inbox")
    assert leave("grant", "approve", str(made["id"]), str(folder)) == 0
    assert said(capsys, "request", "withdraw", str(made["id"]), str(folder))[0]["state"] == "withdrawn"
    assert said(capsys, "request", "list", str(folder)) == []
    assert [one["state"] for one in said(capsys, "request", "list", str(folder), "--all")] == ["withdrawn"]


def test_a_wrong_call_is_refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for words in (
        ("ask", "nobody@harbor.example", str(folder), *ASK),
        ("ask", "oscar@harbor.example", str(folder), *ASK[:4], "--for", "soon", "--reason", "A customer complains."),
        ("ask", "oscar@harbor.example", str(folder), "--app", "limen", *ASK[2:]),
        ("ask", str(folder), *ASK),
        ("withdraw", "ar_none", str(folder)),
        ("list", "ar_none", str(folder)),
        ("approve", "ar_none", str(folder)),
    ):
        assert leave("request", *words) != 0
    assert said(capsys, "request", "list", str(folder), "--all") == []


FLOW = ("--from", "office", "--to", "10.20.0.13", "--service", "tcp/8088", "--reason", "Orders of the warehouse")


def test_a_connection_is_asked_for_by_who_owns_it_and_until_when(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (made,) = said(capsys, "request", "ask", "Oscar@harbor.example", str(folder), *FLOW, "--until", "2027-03-31")
    flow = made["flow"]
    assert (made["state"], made["rule"], made["app"], made["actions"]) == ("open", "flows", "", [])
    assert [flow[key] for key in ("source", "destination", "service", "expires")] == [
        *("office", "stock", "tcp/8088"),
        "2027-03-31",
    ]
    assert leave("request", "list", str(folder)) == 0
    assert "tcp/8088" in capsys.readouterr().out
    for wrong in (("--to", "nowhere"), ("--until", "soon"), ("--service", "any"), ("--reason", "x")):
        assert leave("request", "ask", "oscar@harbor.example", str(folder), *FLOW, *wrong) != 0
    assert len(said(capsys, "request", "list", str(folder))) == 1
