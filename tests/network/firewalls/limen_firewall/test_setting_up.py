"""What is refused at enrolling, and what somebody is told on the machine; enrolling itself: test_firewall.py."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.network.firewalls.rules import rules

from limen.following.program.kept import Wrong, write
from limen.network.firewalls.limen_firewall import setting_up
from limen.network.firewalls.limen_firewall.places import KEPT
from limen.network.firewalls.limen_firewall.rulesets import Ruleset
from limen.network.firewalls.limen_firewall.setting_up import enrol, restore, status, undo
from limen.network.firewalls.limen_firewall.told import ruleset_file


@pytest.fixture(autouse=True)
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(KEPT, "folder", tmp_path / "kept")


def test_without_what_it_needs_no_token_is_used_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(setting_up.shutil, "which", lambda _: None)
    monkeypatch.setattr(setting_up, "Limen", lambda *_: pytest.fail("it asked"))
    with pytest.raises(Wrong, match="nftables"):
        enrol("https://limen.harbor.example", "", "token")


def test_a_machine_that_did_not_enrol_has_no_status_and_nothing_on_trial(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(setting_up, "go_back", lambda _why: False)
    for task in (status, undo):
        with pytest.raises(Wrong):
            task()


def test_the_status_says_what_is_confirmed_and_what_is_otherwise(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    KEPT.put("config", {"url": "https://limen.harbor.example", "secret": "very secret"})
    digest = Ruleset(rules(443)).digest
    write(ruleset_file(digest), rules(443))
    KEPT.put("confirmed", {"digest": digest})
    monkeypatch.setattr(setting_up, "live", dict)
    monkeypatch.setattr(setting_up, "intended", lambda _: {"chain input": [{}]})
    status()
    said = capsys.readouterr().out
    assert digest[:12] in said
    assert "chain input" in said
    assert "very secret" not in said


def test_a_machine_that_starts_without_what_was_confirmed_lets_nothing_through(monkeypatch: pytest.MonkeyPatch) -> None:
    loaded: list[Ruleset] = []
    monkeypatch.setattr(setting_up, "go_back", lambda _why: False)
    monkeypatch.setattr(setting_up, "load", lambda ruleset, _open: loaded.append(ruleset))
    digest = Ruleset(rules(443)).digest
    for kept in ('{"digest": "', json.dumps({"digest": digest}), json.dumps({"digest": 7})):
        write(KEPT.path("confirmed"), kept)
        write(ruleset_file(digest), rules(443)[:-40])
        with pytest.raises((Wrong, ValueError, TypeError)):
            restore()
        policies = {one["chain"]["policy"] for one in loaded[-1].objects if "hook" in one.get("chain", {})}
        assert policies == {"drop"}
    assert len(loaded) == 3


def test_nothing_that_flushes_rules_at_boot_comes_after_ours_and_no_number_of_crashes_is_the_end() -> None:
    after = next(line for line in setting_up._RESTORE.splitlines() if line.startswith("After="))
    assert {"nftables.service", "netfilter-persistent.service", "ufw.service"} <= set(after[6:].split())
    assert "StartLimitIntervalSec=0" in setting_up._FOLLOW.partition("[Service]")[0]
