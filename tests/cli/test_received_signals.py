"""`limen signals`, on the server, for services that tell Limen."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.cli.access_folder import folder
from tests.cli.test_main import leave
from tests.cli.test_request import said

from limen.cli.received_signals import NOTHING
from limen.company.load import load_settings
from limen.company.places import database_of
from limen.demo.harbor import copy_to
from limen.facts import Person
from limen.identity.model import PersonStatus
from limen.identity.store import people
from limen.sso.shared_signals.receiving import store
from limen.sso.shared_signals.receiving.store import DisabledElsewhere
from limen.storage import Database

__all__ = ["folder"]
pytestmark = pytest.mark.slow
WRITTEN = """
transmitters:
  - {id: okta, issuer: "https://okta.example", domains: [harbor.example], sessions: all}
  - {id: mdm, issuer: "https://mdm.example", audience: limen, may: [mark_devices], devices: all}
"""


def test_services_are_listed_given_their_tokens_and_what_waits_is_answered(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "harbor"
    copy_to(folder, prefer_usual_ports=False)
    (folder / "signals.yaml").write_text(WRITTEN)
    assert leave("apply", str(folder), "-m", "hear of signals") == 0
    capsys.readouterr()
    okta, mdm = said(capsys, "signals", "received", str(folder))
    assert [(one["transmitter"], one["state"]) for one in (okta, mdm)] == [
        ("okta", "lacks-token"),
        ("mdm", "lacks-token"),
    ]
    token = tmp_path / "token"
    token.write_text("the secret of Limen there")
    assert leave("signals", "connect", "okta", str(folder), "--file", str(token)) == 0
    assert "the secret" not in capsys.readouterr().out
    assert leave("signals", "push-token", "mdm", str(folder)) == 0
    made = capsys.readouterr().out
    assert ("/signals/from/mdm" in made, "Authorization: Bearer " in made) == (True, True)
    okta, mdm = said(capsys, "signals", "received", str(folder))
    assert (okta["state"], mdm["state"]) == ("not-made", "working")
    assert leave("signals", "received", str(folder)) == 0
    assert "okta (push): not-made" in capsys.readouterr().out
    for wrong in (
        ("connect", "nobody"),
        ("connect",),
        ("push-token", "okta"),
        ("disable", "okta"),
        ("received", "--person", "x"),
    ):
        assert leave("signals", *wrong[:2], str(folder), *wrong[2:]) != 0, wrong
    capsys.readouterr()
    _answers(folder, capsys)


def _answers(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    database = Database.open(database_of(folder, load_settings(folder)))
    try:
        somebody = Person("p_mia", "Mia", "mia@harbor.example", frozenset({"staff"}), active=True)
        database.write(lambda t: people.add(t.connection, somebody, PersonStatus.ACTIVE, 5, ""))
        waits = DisabledElsewhere("okta", somebody.id, 5, store.ASKED_ABOUT, "okta: account-disabled")
        database.write(lambda t: store.keep_disabled(t.connection, waits))
    finally:
        database.close()
    (one,) = said(capsys, "signals", "open", str(folder))
    assert (one["transmitter"], one["person"]) == ("okta", somebody.id)
    assert leave("signals", "keep", "okta", str(folder), "--person", somebody.email) == 0
    capsys.readouterr()
    assert said(capsys, "signals", "open", str(folder)) == []


def test_where_there_is_none_the_next_step_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "harbor"
    copy_to(folder, prefer_usual_ports=False)
    assert leave("apply", str(folder), "-m", "first") == 0
    capsys.readouterr()
    assert leave("signals", "received", str(folder)) == 0
    assert capsys.readouterr().out.strip() == NOTHING
