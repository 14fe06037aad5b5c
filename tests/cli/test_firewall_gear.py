"""`limen firewall` for clouds: plans, trials that go back, and keys that nobody sees. AWS is moto's here."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.cli.test_main import leave
from tests.company.small_folder import small_folder
from tests.emulators.ec2 import ACCESS_KEY, SECRET, Ec2 as Emulator, ec2
from tests.network.emit.test_aws_calls import client

from limen.cli import firewall_gear
from limen.network.remote import trial
from limen.network.remote.kept import CONFIRMED, TRIAL, UNDONE, kept

pytestmark = pytest.mark.slow
NETWORK = """
zones:
  office: {{kind: workstation, prefixes: [10.10.0.0/24]}}
  web: {{kind: dmz, prefixes: [10.80.0.0/24]}}
services:
  ike: [udp/500]
flows:
  - {{id: shop, from: office, to: web, service: https, owner: it@harbor.example, purpose: shop, review: 2099-01-01}}
  - {{id: echo, from: office, to: web, service: ping, owner: it@harbor.example, purpose: up, review: 2099-01-01}}
firewalls:
  cloud: {{kind: aws, vpc: {vpc}, region: eu-central-1, zones: [web]}}
  blue: {{kind: azure, network: harbor, zones: [web]}}
  red: {{kind: gcp, network: harbor, zones: [web]}}
"""


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    with ec2() as running:
        yield running


@pytest.fixture
def vpc(emulator: Emulator) -> str:
    found = str(emulator.boto.create_vpc(CidrBlock="10.80.0.0/16")["Vpc"]["VpcId"])
    emulator.boto.create_subnet(VpcId=found, CidrBlock="10.80.0.0/24")
    return found


@pytest.fixture
def folder(tmp_path: Path, emulator: Emulator, vpc: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(firewall_gear, "CLIENTS", replace(firewall_gear.CLIENTS, aws=emulator.origin))
    folder = small_folder(tmp_path / "harbor")
    (folder / "network.yaml").write_text(NETWORK.format(vpc=vpc))
    assert leave("apply", str(folder), "-m", "network") == 0
    private(folder / "aws.key", f"aws_access_key_id = {ACCESS_KEY}\naws_secret_access_key={SECRET}\n")
    return folder


def private(file: Path, text: str) -> None:
    file.touch(0o600)
    file.write_text(text)


def run(task: str, folder: Path, *more: str, name: str = "cloud", key: str = "aws.key") -> int:
    return leave("firewall", task, name, str(folder), *(("--key", str(folder / key)) if key else ()), *more)


def planned(
    folder: Path, capsys: pytest.CaptureFixture[str], *more: str, name: str = "cloud", key: str = "aws.key"
) -> Any:
    capsys.readouterr()
    assert run("plan", folder, "--json", *more, name=name, key=key) == 0
    return json.loads(capsys.readouterr().out)


def groups(emulator: Emulator, vpc: str) -> set[str]:
    async def read() -> set[str]:
        async with client(emulator) as asked:
            return {one["GroupName"] for one in (await asked.describe(vpc))["SecurityGroups"]}

    return asyncio.run(read())


def state(folder: Path) -> str:
    now = kept(folder / "data" / "firewalls", "cloud")
    return "" if now is None else now.state


def test_a_change_is_planned_made_and_undone(
    folder: Path, vpc: str, emulator: Emulator, capsys: pytest.CaptureFixture[str]
) -> None:
    before = planned(folder, capsys)
    assert before["calls"][0]["operation"] == "CreateSecurityGroup"
    assert ("office", "web") in {(one["from"], one["to"]) for one in before["new"]}
    assert run("apply", folder, "--yes") == 0
    assert state(folder) == CONFIRMED
    after = planned(folder, capsys)
    assert (after["new"], after["gone"], after["calls"]) == ([], [], [])
    assert run("undo", folder) == 0
    assert (groups(emulator, vpc), state(folder)) == ({"default"}, UNDONE)
    assert run("undo", folder) == 1


def test_what_nobody_confirms_goes_back(
    folder: Path, vpc: str, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(firewall_gear.apply, "__kwdefaults__", {"seconds": 0.5})
    assert run("apply", folder) == 1
    assert (groups(emulator, vpc), state(folder)) == ({"default"}, UNDONE)


def test_what_somebody_confirms_stays(folder: Path, vpc: str, emulator: Emulator) -> None:
    said: list[int] = []
    applying = threading.Thread(target=lambda: said.append(run("apply", folder)))
    applying.start()
    while "limen-web" not in groups(emulator, vpc) or state(folder) != TRIAL:
        assert applying.is_alive()
    assert run("confirm", folder, key="") == 0
    applying.join(timeout=60)
    assert (said, state(folder)) == ([0], CONFIRMED)
    assert "limen-web" in groups(emulator, vpc)
    assert run("confirm", folder, key="") == 1


def test_a_trial_that_was_broken_off_holds_up_others_until_it_is_undone(
    folder: Path, vpc: str, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after `kill -9`: nobody went back."""

    async def nothing(*_: object) -> None: ...

    with monkeypatch.context() as killed:
        killed.setattr(trial, "_back", nothing)
        killed.setattr(firewall_gear.apply, "__kwdefaults__", {"seconds": 0.1})
        assert run("apply", folder) == 1
    assert (state(folder), "limen-web" in groups(emulator, vpc)) == (TRIAL, True)
    assert run("apply", folder) == 1
    assert run("undo", folder) == 0
    assert (groups(emulator, vpc), state(folder)) == ({"default"}, UNDONE)


def test_a_plan_without_a_key_is_of_rules_alone(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("cloud", "blue", "red"):
        path = folder / f"{name}.tf.json"
        plan = planned(folder, capsys, "--terraform", str(path), name=name, key="")
        assert (plan["knows_before"], bool(plan["new"]), bool(plan["calls"])) == (False, True, True)
        assert json.loads(path.read_text()).keys() >= {"resource"}


def test_what_a_cloud_can_not_say_stays_closed_and_is_named(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert [one["id"] for one in planned(folder, capsys, name="red", key="")["unfit"]] == ["echo"]
    assert planned(folder, capsys, key="")["unfit"] == []


def test_what_a_cloud_has_now_may_be_a_file(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rules = planned(folder, capsys, name="red", key="")["calls"]
    (folder / "now.json").write_text(json.dumps(rules))
    same = planned(folder, capsys, "--now", str(folder / "now.json"), name="red", key="")
    assert (same["knows_before"], same["new"], same["gone"]) == (True, [], [])
    wide = [*rules, {**rules[0], "name": "wide", "priority": 1, "sourceRanges": ["0.0.0.0/0"], "direction": "INGRESS"}]
    (folder / "now.json").write_text(json.dumps(wide))
    less = planned(folder, capsys, "--now", str(folder / "now.json"), name="red", key="")
    assert {one["from"] for one in less["gone"]} >= {"internet"}


@pytest.mark.parametrize(
    "words",
    [("apply",), ("undo",), ("plan", "--now", "x", "--key", "y"), ("apply", "--key", "nowhere")],
)
def test_what_it_can_not_do_it_says(folder: Path, words: tuple[str, ...]) -> None:
    assert run(words[0], folder, *words[1:], key="") != 0


def test_a_key_is_in_no_message(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for wrong in (f"aws_access_key_id = {SECRET}", f"aws_access_key_id = A\naws_secret_access_key = {SECRET}\nx"):
        private(folder / "bad.key", wrong)
        run("plan", folder, key="bad.key")
    assert run("apply", folder, name="blue") == 1
    said = capsys.readouterr()
    assert SECRET not in said.out + said.err
    assert SECRET not in (folder / "data" / "limen.db").read_bytes().decode("latin-1")


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o777])
def test_a_key_that_others_can_read_or_change_is_not_used(folder: Path, mode: int) -> None:
    (folder / "aws.key").chmod(mode)
    assert run("plan", folder) == 1
    (folder / "aws.key").chmod(0o600)
    assert run("plan", folder) == 0
