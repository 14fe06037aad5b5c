"""`limen network`: the zones and flows of a folder, shown and explained."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from tests.cli.test_main import leave
from tests.company.company_folder import change, new_folder
from tests.golden import Expected

HARBOR = str(Path(__file__).parents[2] / "examples" / "harbor")


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    """Flows expire."""
    monkeypatch.setattr("limen.cli.network._today", lambda _company: "2026-11-27")


def said(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert leave("network", *words, HARBOR) == 0, capsys.readouterr()
    return capsys.readouterr().out


def plain(capsys: pytest.CaptureFixture[str], *words: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in said(capsys, *words, "--json").splitlines()]


def test_it_shows_what_the_file_states(capsys: pytest.CaptureFixture[str], expected: Expected) -> None:
    expected(said(capsys, "show"))


def test_it_shows_it_to_programs(capsys: pytest.CaptureFixture[str]) -> None:
    rows = plain(capsys, "show")
    assert {one["part"] for one in rows} == {"zone", "flow", "block", "never", "service", "firewall"}
    assert [one["uplink"] for one in rows if one["part"] == "firewall"] == [["eth0"]]
    office = next(one for one in rows if one.get("name") == "office")
    assert (office["kind"], office["vlan"], office["isolated"]) == ("workstation", 10, True)
    orders = next(one for one in rows if one.get("id") == "shop-orders")
    assert (orders["from"], orders["to"], orders["service"]) == (["web-shop"], ["stock"], ["shop-orders"])


@pytest.mark.parametrize(
    "asked",
    [
        "office accounting accounting-client",
        "office files ssh",
        "10.11.0.9 web-shop https",
        "office servers https",
        "printer-labels internet ntp",
        "servers files tcp/445",
    ],
)
def test_it_says_why(capsys: pytest.CaptureFixture[str], expected: Expected, asked: str) -> None:
    expected(said(capsys, "why", *asked.split()))


def test_it_says_why_to_programs(capsys: pytest.CaptureFixture[str]) -> None:
    (found,) = plain(capsys, "why", "guests", "vault", "smb")
    assert (found["allowed"], found["is_exact"], [one["by"] for one in found["answers"]]) == (False, True, [""])
    assert found["nevers"] == ["backup-by-detours", "guests-inside", "backup-from-people"]
    (found,) = plain(capsys, "why", "office", "limen", "https")
    assert (found["allowed"], [one["by"] for one in found["answers"]]) == (True, ["apps-by-limen"])


@pytest.mark.parametrize("words", ["why office", "why office files ssh more and", "show a b"])
def test_a_wrong_call_is_said(capsys: pytest.CaptureFixture[str], words: str) -> None:
    assert leave("network", *words.split()) == 2
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    "words", ["dance", "why offce files ssh", "why office files htps", "why limen internet icmpv6/300"]
)
def test_what_there_is_not_is_said(capsys: pytest.CaptureFixture[str], words: str) -> None:
    assert leave("network", *words.split(), HARBOR) == 1
    assert capsys.readouterr().out == ""


def test_a_new_folder_states_no_zones(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert leave("network", "show", str(new_folder(tmp_path))) == 1
    assert "network.yaml" in capsys.readouterr().err


def _in_part(tmp_path: Path, before: str, after: str) -> str:
    """Harbor with another network.yaml."""
    folder = Path(shutil.copytree(HARBOR, tmp_path / "harbor"))
    change(folder, "network.yaml", before, after)
    return str(folder)


@pytest.mark.parametrize("task", ["matrix", "never", "blast web-shop", "blast guests", "unused"])
def test_it_says_what_is_proved(capsys: pytest.CaptureFixture[str], expected: Expected, task: str) -> None:
    expected(said(capsys, *task.split()))


def test_programs_are_told_each_pair_of_zones(capsys: pytest.CaptureFixture[str]) -> None:
    cells = {(one["from"], one["to"]): one for one in plain(capsys, "matrix")}
    assert len(cells) == 11 * 11
    assert cells["guests", "servers"]["is_empty"]
    assert cells["guests", "servers"]["is_guarded"]
    assert not cells["servers", "servers"]["is_guarded"]
    assert cells["office", "office"]["is_guarded"]
    (line,) = cells["shop", "servers"]["lines"]
    assert (line["source"], line["destination"], line["rule_ids"]) == ("web-shop", "stock", ["shop-orders"])


def test_programs_are_told_what_holds(capsys: pytest.CaptureFixture[str]) -> None:
    rows = plain(capsys, "never")
    assert len(rows) == 8
    assert all(one["holds"] and one["is_decided"] and not one["path"] for one in rows)


def test_programs_are_told_how_far_somebody_gets(capsys: pytest.CaptureFixture[str]) -> None:
    whole, *reached = plain(capsys, "blast", "guests")
    assert (whole["from"], whole["is_whole"], whole["reached"]) == ("guests", True, len(reached))
    far = {one["name"]: one["path"] for one in reached}
    assert far["web-shop"] == [["guests", "internet", "browsing"], ["internet", "web-shop", "shop-visitors"]]
    assert whole["best_change"]["rule"] in {"browsing", "shop-visitors"}
    assert "vault" not in far


def test_flows_that_do_nothing_are_found(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = _in_part(tmp_path, "from: [servers, backup, shop]", "from: [servers, finance, backup, shop]")
    change(Path(folder), "network.yaml", "expires: 2027-06-30", "expires: 2026-01-01")
    assert leave("network", "unused", folder, "--json") == 0
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(one["id"], one["why"]) for one in found] == [("payroll-export", "expired")]
    change(Path(folder), "network.yaml", "expires: 2026-01-01", "expires: 2999-01-01")
    assert leave("network", "unused", folder, "--json") == 0
    (one,) = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert (one["id"], one["why"], one["by"]) == ("payroll-export", "changes_nothing", ["updates"])


def test_what_is_broken_is_refused_with_its_witness(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = _in_part(tmp_path, "to: [servers, directory, finance", "to: [office, servers, directory, finance")
    assert leave("network", "never", folder) == 0
    change(Path(folder), "network.yaml", "from: vault", "from: guests")
    capsys.readouterr()
    assert leave("network", "never", folder) == 1
    told = capsys.readouterr().err
    assert "guests-inside" in told
    assert "backup-pulls" in told


def test_nobody_is_nowhere(capsys: pytest.CaptureFixture[str]) -> None:
    assert leave("network", "blast", "nobody", HARBOR) == 1
    assert capsys.readouterr().out == ""


def test_it_draws_the_zones(capsys: pytest.CaptureFixture[str]) -> None:
    root = ET.fromstring(said(capsys, "show", "--svg").split("\n", 1)[1])
    titles = {one.text for one in root.iter("{http://www.w3.org/2000/svg}title")}
    assert "shop → servers: shop-orders" in titles
    assert leave("network", "matrix", HARBOR, "--svg") == 2


def test_a_plan_says_what_is_newly_reachable(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = Path(_in_part(tmp_path, "from: office\n    to: files", "from: office\n    to: apps"))
    assert leave("apply", str(folder), "-m", "as it is") == 0
    change(folder, "network.yaml", "from: office\n    to: apps", "from: [office, warehouse]\n    to: files")
    capsys.readouterr()
    assert leave("plan", str(folder)) == 0
    told = [line.strip() for line in capsys.readouterr().out.splitlines() if "reachable:" in line]
    assert sum("warehouse → files: smb (shared-files)" in line for line in told) == 1
    assert sum("office → apps: smb (shared-files)" in line for line in told) == 1
