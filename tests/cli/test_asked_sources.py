"""`limen source` for services that Limen asks: their secrets, asking them soon, and how it goes."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from tests.cli.test_device import with_a_device
from tests.cli.test_main import leave

from limen.clock import SystemClock
from limen.company.load import load_settings
from limen.company.places import database_of
from limen.monitor.sources import pulls_store
from limen.storage import Database

MONITOR = """sources:
  okta: {kind: okta, comes: asked, service: {url: "https://harbor.okta.com"}}
  google: {kind: google_workspace, comes: asked, service: {admin: audit@harbor.example}}
  app: {kind: json, comes: http}
"""


def test_a_secret_is_stored_and_how_it_goes_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    root, folder = with_a_device(tmp_path)
    (folder / "monitor.yaml").write_text(MONITOR)
    assert leave("apply", root, "-m", "sources") == 0
    monkeypatch.setattr("sys.stdin", io.StringIO("s3cret\n"))
    assert leave("source", "secret", "okta", root) == 0
    (tmp_path / "key.json").write_text('{\n "type": "service_account"\n}\n')
    assert leave("source", "secret", "google", root, "--from", str(tmp_path / "key.json")) == 0
    for refused in (("secret", "app"), ("secret", "nobody"), ("ask", "app"), ("ask", "nobody")):
        monkeypatch.setattr("sys.stdin", io.StringIO("s3cret\n"))
        assert leave("source", *refused, root) == 1
    database = Database.open(database_of(folder, load_settings(folder)))
    now = SystemClock().now()
    database.write(lambda t: pulls_store.ASKED.ended(t.connection, "okta", now, "system_log: it can't be reached"))
    assert leave("source", "ask", "okta", root) == 0
    state = database.read(lambda s: pulls_store.ASKED.states(s.connection))["okta"]
    assert (state.tried_at, state.has_secret) == (0, True)
    database.close()
    capsys.readouterr()
    assert leave("source", "list", "--json", root) == 0
    out = capsys.readouterr().out
    told = {one["name"]: one for one in map(json.loads, out.splitlines())}
    assert (told["okta"]["state"], told["okta"]["asked"]["failures"]) == ("failing", 1)
    assert (told["google"]["state"], told["app"]["asked"]) == ("waiting", None)
    assert "s3cret" not in out
    assert leave("source", "list", root) == 0
    assert "can't be reached" in capsys.readouterr().out
