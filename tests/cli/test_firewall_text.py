"""`limen firewall plan` for firewalls that Limen asks nothing of: their text, and what changes by it."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.cli.test_main import leave
from tests.company.small_folder import small_folder
from tests.golden import Expected

from limen.network.shapes import MAKERS

NETWORK = """
zones:
  office: {kind: workstation, interface: lan, prefixes: [10.10.0.0/24]}
  servers: {kind: server, interface: dmz, prefixes: [10.20.0.0/24]}
  admin: {kind: management, interface: mgmt, prefixes: [10.99.0.0/24]}
hosts:
  files: {zone: servers, addresses: [10.20.0.10]}
flows:
  - {id: shop, from: office, to: files, service: https, owner: it@harbor.example, purpose: s, review: 2099-01-01}
  - {id: tun, from: office, to: files, service: [ping, esp], owner: it@harbor.example, purpose: s, review: 2099-01-01}
services:
  esp: [esp]
firewalls:
  f: {kind: fortigate, zones: [office, servers]}
  p: {kind: paloalto, zones: [office, servers]}
  c: {kind: cisco, zones: [office, servers]}
  w: {kind: windows, host: files}
"""


SHOP = next(line for line in NETWORK.splitlines(keepends=True) if "id: shop" in line).replace(
    "to: files", "to: servers"
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return _published(tmp_path, NETWORK)


def _published(tmp_path: Path, network: str) -> Path:
    folder = small_folder(tmp_path / "harbor")
    (folder / "network.yaml").write_text(network)
    assert leave("apply", str(folder), "-m", "network") == 0
    return folder


def planned(folder: Path, capsys: pytest.CaptureFixture[str], name: str, *more: str) -> Any:
    capsys.readouterr()
    assert leave("firewall", "plan", name, str(folder), "--json", *more) == 0
    return json.loads(capsys.readouterr().out)


@pytest.mark.parametrize("kind", MAKERS)
def test_a_text_is_planned_loaded_and_compared(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], kind: str
) -> None:
    name, out = kind[0], tmp_path / "text"
    first = planned(folder, capsys, name, "--out", str(out))
    assert (first["kind"], first["knows_before"]) == (kind, False)
    assert ("office", "files") in {(one["from"], one["to"]) for one in first["new"]}
    assert out.read_text() == first["text"]
    then = planned(folder, capsys, name, "--now", str(out))
    assert (then["new"], then["gone"], then["knows_before"]) == ([], [], True)
    assert leave("firewall", "plan", name, str(folder), "--out", str(out)) == 1


def test_what_is_said_to_people(folder: Path, expected: Expected, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert leave("firewall", "plan", "f", str(folder)) == 0
    expected(capsys.readouterr().out)


def test_what_is_there_and_not_understood_is_said(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    now = tmp_path / "now"
    now.write_text(
        "config firewall policy\nedit 1\nset srcintf lan\nset dstintf dmz\nset srcaddr all\nset dstaddr all\n"
        "set action accept\nset schedule nights\nset service ALL\nnext\nend\n"
    )
    said = planned(folder, capsys, "f", "--now", str(now))
    assert {one["rules"][0] for one in said["gone"]} == {"1"}
    assert [one["where"] for one in said["not_understood"]] == ["1"]
    assert "delete 1" in said["text"]


@pytest.mark.parametrize("task", ["apply", "confirm", "undo"])
def test_nothing_is_asked_of_it(folder: Path, task: str) -> None:
    assert leave("firewall", task, "f", str(folder)) == 1


@pytest.mark.parametrize("words", [("--key", "k"), ("--terraform", "t"), ("--now", "a", "--now", "b")])
def test_what_makes_no_sense_is_said(folder: Path, words: tuple[str, ...]) -> None:
    assert leave("firewall", "plan", "f", str(folder), *words) == 2


def test_without_aerleon_it_is_said_what_to_install(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, "limen.network.emit.aerleon_generators", raising=False)
    monkeypatch.delattr("limen.network.emit.aerleon_generators", raising=False)
    monkeypatch.setitem(sys.modules, "aerleon", None)
    monkeypatch.setitem(sys.modules, "aerleon.lib", None)
    assert leave("firewall", "plan", "f", str(folder)) == 1
    assert "limen[aerleon]" in capsys.readouterr().err


# Nobody is locked out


def test_a_block_of_rdp_and_winrm_is_refused_at_windows(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    block = "blocks:\n  - {id: b, from: admin, to: files, service: any, why: no}\n"
    folder = _published(tmp_path, NETWORK + block)
    assert leave("firewall", "plan", "w", str(folder)) == 1
    assert "tcp/3389" in capsys.readouterr().err


@pytest.mark.parametrize("has_flow", [False, True])
def test_a_way_through_the_firewall_to_where_it_is_administered_stays(tmp_path: Path, has_flow: bool) -> None:
    more = SHOP.replace("id: shop, from: office", "id: adm, from: admin")
    text = NETWORK.replace("services:\n", (more if has_flow else "") + "services:\n")
    text = text.replace("{kind: cisco, zones: [office, servers]}", '{kind: cisco, url: "https://10.20.0.1"}')
    folder = _published(tmp_path, text)
    assert leave("firewall", "plan", "c", str(folder)) == (0 if has_flow else 1)
