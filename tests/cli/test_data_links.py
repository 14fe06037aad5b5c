"""`limen data links`: how links are looked for, and judging those that stand already."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from tests.cli.test_main import leave

from limen.data.inventory.model import Audience
from limen.data.links import kept_links
from limen.data.links.model import Cannot, KeptLink, LinkState
from limen.demo.harbor import copy_to
from limen.storage import Database

STATED = """
rules: [{id: cards, title: Cards by links, channels: [link], when: [{finds: [payment-card]}], then: watch}]
stores:
  mia: {kind: google_drive, where: mia@harbor.localhost, label: internal}
  share: {kind: folder, where: /srv/share, label: internal}
"""
LINK = KeptLink("dl_1", "mia", "A", "a", "p", "A", "plan.txt", "1", Audience.ANYONE)


def test_how_it_goes_and_what_stands_is_judged(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "harbor"
    copy_to(folder, prefer_usual_ports=False)
    (folder / "data.yaml").write_text(STATED)
    at = ("--company", str(folder))
    assert leave("apply", str(folder), "-m", "State stores") == 0

    def told() -> dict[str, object]:
        capsys.readouterr()
        assert leave("data", "links", *at, "--json") == 0
        (line,) = capsys.readouterr().out.splitlines()
        return dict(json.loads(line))

    assert (told()["store"], told()["looked_at"]) == ("mia", "")
    assert leave("data", "links", *at) == 0
    database = Database.open(folder / "data" / "limen.db")
    stuck = replace(LINK, id="dl_2", state=LinkState.STANDS, cannot=Cannot.NO_RIGHT)
    for one in (LINK, stuck):
        database.write(lambda t, of=one: kept_links.keep(t.connection, of))
    database.write(lambda t: kept_links.go_on(t.connection, "mia", "x", "c", 1_800_000_000_000))
    found = told()
    assert (found["stood"], found["stands"], bool(found["needs"])) == (1, 1, True)
    assert str(found["looked_at"]).startswith("2027-01-15")
    assert leave("data", "links", *at) == 0
    assert "plan" not in capsys.readouterr().out
    assert leave("data", "links", "judge", "mia", *at) == 0
    assert (told()["stood"], told()["again"]) == (0, 1)
    database.close()


@pytest.mark.parametrize("words", [["judge"], ["show"]])
def test_a_wrong_call_says_how_it_is(words: list[str]) -> None:
    assert leave("data", "links", *words) == 2


def test_only_cloud_drives_in_force(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "harbor"
    copy_to(folder, prefer_usual_ports=False)
    assert leave("apply", str(folder), "-m", "Begin") == 0
    assert leave("data", "links", "judge", "mia", "--company", str(folder)) == 1
    assert leave("data", "links", "--company", str(folder)) == 0
    assert LinkState.STOOD.value not in capsys.readouterr().out
