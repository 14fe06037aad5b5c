"""`limen firewall`: tokens, rules on trial, and what becomes of them."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from tests.cli.test_main import leave
from tests.company.small_folder import small_folder

from limen.cli.open_company import opened
from limen.clock import SystemClock
from limen.network.firewalls import store
from limen.network.firewalls.store import CONFIRMED, TRIAL, UNDONE, EnrolledFirewall

NETWORK = """
zones:
  office: {kind: workstation, interface: vlan10, prefixes: [10.10.0.0/24]}
  servers: {kind: server, interface: vlan20, prefixes: [10.20.0.0/24]}
hosts:
  files: {zone: servers, addresses: [10.20.0.10]}
flows:
  - id: files-web
    from: office
    to: files
    service: https
    owner: it@harbor.example
    purpose: files
    review: 2099-01-01
firewalls:
  gw1: {kind: nftables, device: gw1, uplink: [wan0]}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = small_folder(tmp_path / "harbor")
    (folder / "network.yaml").write_text(NETWORK)
    assert leave("apply", str(folder), "-m", "network") == 0
    return folder


def enrol(folder: Path) -> None:
    with opened(folder) as here:
        now = SystemClock().now()
        here.database.write(
            lambda at: store.put_firewall(at.connection, EnrolledFirewall("fw_1", "gw1", b"h" * 32, now))
        )


def on_trial(folder: Path) -> None:
    """As the firewall says."""
    with opened(folder) as here:
        (change,) = here.database.read(lambda at: store.open_changes(at.connection))
        here.database.write(lambda at: store.end_change(at.connection, change.id, TRIAL, "", 1))


def listed(folder: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    capsys.readouterr()
    assert leave("firewall", "list", str(folder), "--json") == 0
    said: dict[str, Any] = json.loads(capsys.readouterr().out)
    return said


def test_a_firewall_is_given_a_token(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert leave("firewall", "setup", "gw1", str(folder)) == 0
    assert re.search(r"^  [\w-]{43}$", capsys.readouterr().out, re.MULTILINE)


def test_plan_shows_the_rules_that_the_network_means(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert leave("firewall", "plan", "gw1", str(folder)) == 0
    said = capsys.readouterr().out
    assert "table inet limen {" in said
    assert "files-web" in said
    assert '"wan0"' in said
    assert leave("firewall", "plan", "gw1", str(folder), "--json") == 0
    plain = json.loads(capsys.readouterr().out)
    assert (plain["firewall"], plain["is_there"], plain["not_here"]) == ("gw1", False, [])
    assert leave("firewall", "plan", "gw9", str(folder)) == 1


def test_rules_are_confirmed_when_they_are_on_trial(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    enrol(folder)
    assert leave("firewall", "apply", "gw1", str(folder), "--no-wait") == 0
    assert leave("firewall", "confirm", "gw1", str(folder)) == 1
    on_trial(folder)
    assert leave("firewall", "confirm", "gw1", str(folder)) == 0
    assert listed(folder, capsys)["state"] == CONFIRMED
    assert leave("firewall", "undo", "gw1", str(folder)) == 1


def test_rules_on_trial_are_undone(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    enrol(folder)
    assert leave("firewall", "apply", "gw1", str(folder), "--no-wait") == 0
    assert leave("firewall", "undo", "gw1", str(folder)) == 0
    assert (listed(folder, capsys)["state"], listed(folder, capsys)["confirmed"]) == (UNDONE, "")


def test_the_list_says_what_is_stated_and_not_set_up(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    more = "  branch: {kind: fortigate, zones: [office, servers], uplink: [wan1]}\n"
    (folder / "network.yaml").write_text(NETWORK + more)
    assert leave("apply", str(folder), "-m", "one more") == 0
    capsys.readouterr()
    assert leave("firewall", "list", str(folder)) == 0
    said = capsys.readouterr().out
    assert "setup gw1" in said
    assert "plan branch" in said
    assert leave("firewall", "setup", "branch", str(folder)) == 1
    assert leave("firewall", "setup", "gw9", str(folder)) == 1


def test_the_list_says_that_the_network_has_changed_since(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    enrol(folder)
    assert leave("firewall", "apply", "gw1", str(folder), "--no-wait") == 0
    on_trial(folder)
    assert leave("firewall", "confirm", "gw1", str(folder)) == 0
    assert listed(folder, capsys)["is_outdated"] is False
    (folder / "network.yaml").write_text(NETWORK.replace("service: https", "service: smb"))
    assert leave("apply", str(folder), "-m", "files by SMB") == 0
    assert listed(folder, capsys)["is_outdated"] is True


@pytest.mark.parametrize(
    "words",
    [("apply", "gw1"), ("setup",), ("list", "gw1"), ("undo", "gw1"), ("reboot", "gw1"), ("plan", "gw1", "--key", "k")],
)
def test_what_it_can_not_do_it_says(folder: Path, words: tuple[str, ...]) -> None:
    assert leave("firewall", *words, str(folder)) != 0
