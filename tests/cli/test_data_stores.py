"""`limen data inventory|connect|controls`: stores gone through by command, with what they lack."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.cli.test_main import leave

from limen.data.inventory import kept_stores
from limen.demo.harbor import copy_to
from limen.storage import Database

STATED = """
labels:
  confidential: {{when: [{{finds: [payment-card]}}], strength: 3, encrypted: true, sharing: inside}}
stores:
  shares: {{kind: folder, where: {share}, label: internal, reached_by: [wiki], needed_by: [finance]}}
  erp: {{kind: postgresql, where: "postgresql://reader@db.harbor.localhost/erp", label: confidential}}
"""


@pytest.fixture
def harbor(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    folder, share = tmp_path / "harbor", tmp_path / "share"
    copy_to(folder, prefer_usual_ports=False)
    share.mkdir()
    (share / "orders.txt").write_text("Visa 4111 1111 1111 1111")
    (share / "plan.txt").write_text("nothing")
    (folder / "data.yaml").write_text(STATED.format(share=share))
    assert leave("apply", str(folder), "-m", "State stores") == 0
    capsys.readouterr()
    return folder


def told(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int | str | None, list[dict[str, object]]]:
    status = leave(*words, "--json")
    return status, [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_store_is_gone_through_and_says_what_it_lacks(harbor: Path, capsys: pytest.CaptureFixture[str]) -> None:
    at = ("--company", str(harbor))
    status, (found,) = told(capsys, "data", "inventory", "shares", *at)
    assert (status, found["items"], found["highest"], found["above"]) == (0, 2, "confidential", 1)
    assert "4111" not in str(found)
    (harbor.parent / "share" / "plan.txt").unlink()
    assert told(capsys, "data", "inventory", "shares", *at)[1][0]["items"] == 1
    assert leave("data", "inventory", "shares", *at) == 0
    assert "shares" in capsys.readouterr().out
    status, lacks = told(capsys, "data", "controls", *at)
    assert {(one["store"], one["control"]) for one in lacks} >= {("shares", "encryption"), ("erp", "inventory")}
    assert leave("data", "controls", *at) == 0
    assert "reached_by" in capsys.readouterr().out


def test_a_store_that_needs_a_secret_fails_until_it_has_one(harbor: Path, capsys: pytest.CaptureFixture[str]) -> None:
    at = ("--company", str(harbor))
    status, (found,) = told(capsys, "data", "inventory", "erp", *at)
    assert (status, "connect erp" in str(found["error"])) == (1, True)
    secret = harbor / "secret.txt"
    secret.write_text("hunter2\n")
    secret.chmod(0o600)
    assert leave("data", "connect", "erp", *at, "--file", str(secret)) == 0
    assert "hunter2" not in capsys.readouterr().out
    database = Database.open(harbor / "data" / "limen.db")
    assert database.read(lambda s: kept_stores.states(s.connection))["erp"].asked.has_secret
    database.close()


@pytest.mark.parametrize(
    "words",
    [
        ("inventory", "nowhere"),
        ("inventory", "shares", "erp"),
        ("connect",),
        ("connect", "shares"),
        ("controls", "shares"),
    ],
)
def test_what_is_misspelt_or_makes_no_sense_is_refused(harbor: Path, words: tuple[str, ...]) -> None:
    assert leave("data", *words, "--company", str(harbor)) not in {0, None}


def test_without_a_store_it_says_how_to_begin(harbor: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (harbor / "data.yaml").write_text("stores: {}\n")
    assert leave("apply", str(harbor), "-m", "Without stores") == 0
    capsys.readouterr()
    assert leave("data", "inventory", "--company", str(harbor)) == 0
    assert "data.yaml" in capsys.readouterr().out


def test_how_far_a_walk_is_that_the_server_is_at_is_said(
    harbor: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    at = ("--company", str(harbor))
    assert told(capsys, "data", "inventory", "shares", *at)[1][0]["is_walking"] is False
    database = Database.open(harbor / "data" / "limen.db")
    begun = database.write(lambda t: kept_stores.begin_walk(t.connection, "shares", "elsewhere", "rules", 1, anew=True))
    database.write(lambda t: kept_stores.go_on(t.connection, begun, "x", 1_200, 9_000, 0))
    database.close()
    monkeypatch.setattr("limen.cli.data_stores._gone_through", lambda *_: False)
    (row,) = told(capsys, "data", "inventory", "shares", *at)[1]
    assert (row["is_walking"], row["seen"], row["about"]) == (True, 1_200, 9_000)
    leave("data", "inventory", "shares", *at)
    assert "1,200 of about 9,000" in capsys.readouterr().out
