"""`limen network`: the zones and flows of a folder, shown and explained."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.cli.test_main import leave
from tests.company.company_folder import new_folder
from tests.golden import Expected

HARBOR = str(Path(__file__).parents[2] / "examples" / "harbor")


def said(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert leave("network", *words, HARBOR) == 0, capsys.readouterr()
    return capsys.readouterr().out


def plain(capsys: pytest.CaptureFixture[str], *words: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in said(capsys, *words, "--json").splitlines()]


def test_it_shows_what_the_file_states(capsys: pytest.CaptureFixture[str], expected: Expected) -> None:
    expected(said(capsys, "show"))


def test_it_shows_it_to_programs(capsys: pytest.CaptureFixture[str]) -> None:
    rows = plain(capsys, "show")
    assert {one["part"] for one in rows} == {"zone", "flow", "block", "never", "service"}
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
