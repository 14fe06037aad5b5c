"""Reading a cloud's groups on the server: printed, kept, forgotten; and hostile files are refused whole."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.cli.access_folder import folder
from tests.cli.test_main import leave
from tests.network.clouds.test_groups import group, permission

from limen.network.clouds import store
from limen.network.clouds.model import CloudReading
from limen.storage import Database

__all__ = ["folder"]


def kept(folder: Path) -> list[CloudReading]:
    database = Database.open(folder / "data" / "limen.db")
    found = database.read(lambda snapshot: store.readings(snapshot.connection))
    database.close()
    return found


def given(tmp_path: Path, *groups: object) -> str:
    path = tmp_path / "groups.json"
    path.write_text(json.dumps({"SecurityGroups": list(groups)}))
    return str(path)


def test_it_is_read_kept_and_forgotten(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = given(tmp_path, group(permission(22, 22, "0.0.0.0/0")), group(name="sg-2"))
    assert leave("network", "cloud", "prod", file, str(folder), "--json") == 0
    said = json.loads(capsys.readouterr().out)
    assert [(one["name"], len(one["opened"])) for one in said["groups"]] == [("sg-1", 1), ("sg-2", 0)]
    (one,) = kept(folder)
    assert (one.name, one.kind, one.read_at > 0, one.compared_at) == ("prod", "aws", True, 0)
    assert leave("network", "cloud", "prod", str(folder), "--forget") == 0
    assert kept(folder) == []
    assert leave("network", "cloud", "prod", str(folder), "--forget") != 0


@pytest.mark.parametrize("name", ["", "Prod", "../x", "x" * 41, "a b"])
def test_a_name_is_one_that_network_yaml_could_have(folder: Path, tmp_path: Path, name: str) -> None:
    assert leave("network", "cloud", name, given(tmp_path, group()), str(folder)) != 0
    assert kept(folder) == []


@pytest.mark.parametrize(
    "text", ["", "[]", "{", "[" * 50_000, '{"SecurityGroups": [1]}', "*filter\n-A INPUT -j ACCEPT"]
)
def test_a_hostile_file_is_refused_and_what_was_kept_stays(folder: Path, tmp_path: Path, text: str) -> None:
    assert leave("network", "cloud", "prod", given(tmp_path, group()), str(folder)) == 0
    bad = tmp_path / "bad.json"
    bad.write_text(text)
    assert leave("network", "cloud", "prod", str(bad), str(folder)) != 0
    assert leave("network", "cloud", "prod", str(tmp_path / "none.json"), str(folder)) != 0
    assert [one.name for one in kept(folder)[0].groups] == ["sg-1"]


def test_its_options_are_its_own(folder: Path, tmp_path: Path) -> None:
    file = given(tmp_path, group())
    assert leave("network", "cloud", "prod", file, str(folder), "--svg") != 0
    assert leave("network", "cloud", "prod", file, str(folder), "--kind", "iptables") != 0
    assert leave("network", "show", str(folder), "--forget") != 0
    assert leave("network", "cloud", "prod", file, str(folder), "--forget") != 0
