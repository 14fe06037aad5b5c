"""`limen network import`: what it says of a firewall's rules, and what it proposes."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from ruamel.yaml import YAML
from tests.cli.test_main import leave
from tests.golden import Expected

RULES = Path(__file__).parent / "imports" / "rules.v4"
PLACES = (
    "--zone",
    "lan0=10.10.0.0/24",
    "--zone",
    "srv0=10.20.0.0/24",
    "--zone",
    "guest0=192.168.40.0/24",
    "--internet",
    "wan0",
)


def test_a_report_and_a_proposal(expected: Expected, capsys: pytest.CaptureFixture[str]) -> None:
    assert leave("network", "import", str(RULES), *PLACES) == 0
    expected(_without_days(capsys.readouterr().out))


def test_for_programs(capsys: pytest.CaptureFixture[str]) -> None:
    assert leave("network", "import", str(RULES), *PLACES, "--json") == 0
    said = json.loads(capsys.readouterr().out)
    assert said["worst"][0]["rule"] == "rules.v4:14"
    assert len(said["worst"]) == 5
    assert said["errs"] == "either"
    assert {one["where"] for one in said["not_understood"]} == {"rules.v4:12", "IPv6"}
    flows = YAML(typ="safe").load(said["proposed"])["flows"]
    assert {(one["from"], one["to"], one["service"]) for one in flows} == {
        ("lan0", "internet", "any"),
        ("internet", "host-10-20-0-7", "tcp-80"),
        ("internet", "host-10-20-0-7", "tcp-443"),
        ("internet", "host-10-20-0-5", "tcp-3389"),
        ("lan0", "host-10-20-0-5", "tcp-445"),
        ("guest0", "internet", "any"),
    }


def test_the_proposal_is_written_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "network.yaml"
    assert leave("network", "import", str(RULES), "--write", str(target)) == 0
    assert "zones" in YAML(typ="safe").load(target.read_text("utf-8"))
    assert leave("network", "import", str(RULES), "--write", str(target)) == 1
    assert "network.yaml" in capsys.readouterr().err


def test_interfaces_without_addresses_are_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert leave("network", "import", str(RULES), "--zone", "lan0=10.10.0.0/24", "--internet", "wan0") == 0
    said = capsys.readouterr().out
    assert "--zone srv0=" in said
    assert "--zone guest0=" in said
    assert "--zone lan0=" not in said
    assert "--zone wan0=" not in said


@pytest.mark.parametrize(
    ("words", "code"),
    [(["/nowhere"], 1), ([str(RULES), "--zone", "tun9=10.0.0.0/8"], 2), ([str(RULES), "--zone", "lan0"], 2),
     ([str(RULES), "--kind", "frob"], 1), ([str(RULES), str(RULES)], 1)],
)  # fmt: skip
def test_what_makes_no_sense_is_said(words: list[str], code: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert leave("network", "import", *words) == code
    assert capsys.readouterr().err


def _without_days(said: str) -> str:
    return re.sub(r'(?<=review: )"[^"]*"', "DAY", said)
