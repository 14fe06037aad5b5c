"""`limen signals`: on the server, beside a Limen that need not run."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.cli.test_main import leave
from tests.cli.test_request import said
from tests.sso.shared_signals.at_receivers import write

from limen.cli.open_company import opened
from limen.demo.harbor import copy_to
from limen.sso.shared_signals import outbox_store, store
from limen.sso.shared_signals.store import Stream

NOW = 1_764_000_000_000


def test_tokens_are_made_and_ended_and_streams_are_listed_and_stopped(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    folder = tmp_path / "harbor"
    copy_to(folder, prefer_usual_ports=False)
    write(folder, 8443)
    assert leave("apply", str(folder), "-m", "signals") == 0
    capsys.readouterr()
    assert said(capsys, "signals", "list", str(folder)) == []
    assert leave("signals", "token", "watch", str(folder)) == 0
    secret = capsys.readouterr().out.split("Token:")[1].split()[0]
    (token,) = said(capsys, "signals", "tokens", "watch", str(folder))
    stream = Stream(id="sg_1", receiver="watch", made_at=NOW, events=())
    with opened(folder) as here:
        held = here.database.read(lambda s: store.TOKENS.holder(s.connection, secret, token["made_at"]))
        assert held is not None
        assert (held.id, held.service) == (token["id"], "watch")
        here.database.write(lambda t: store.add(t.connection, stream, None))
    assert leave("signals", "verify", "sg_1", str(folder)) == 0
    assert leave("signals", "pause", "sg_1", str(folder), "--reason", "Repair") == 0
    capsys.readouterr()
    (listed,) = said(capsys, "signals", "list", str(folder))
    assert (listed["receiver"], listed["status"], listed["reason"], listed["waiting"]) == (
        "watch",
        "paused",
        "Repair",
        2,
    )
    assert leave("signals", "list", str(folder)) == 0
    assert leave("signals", "enable", "sg_1", str(folder)) == 0
    assert leave("signals", "end", "sg_1", str(folder)) == 0
    assert leave("signals", "revoke", token["id"], str(folder)) == 0
    with opened(folder) as here:
        assert here.database.read(lambda s: outbox_store.waiting(s.connection)) == {}
    capsys.readouterr()
    assert said(capsys, "signals", "tokens", "watch", str(folder)) == []
    for words in (
        ("list", "watch"),
        ("token",),
        ("token", "no-such"),
        ("revoke", "gt_no"),
        ("verify", "sg_no"),
        ("end", "sg_no"),
        ("list", "--reason", "why"),
        ("sync", "watch"),
    ):
        assert leave("signals", *words[:2], str(folder), *words[2:]) != 0, words
