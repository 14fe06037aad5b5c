"""Commands for a directory that people come from, with a real slapd."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from textwrap import indent

import pytest
from tests import slapd
from tests.cli.test_main import leave
from tests.company.small_folder import small_folder
from tests.real_parts import need
from tests.slapd import PEOPLE, READER, SECRET, Slapd

pytestmark = pytest.mark.slow
FILE = """sources:
  - id: office
    kind: ldap
    title: Office
    groups:
      "{group}": staff
    ldap:
      url: {url}
      bind_as: "{reader}"
      people: ["{people}"]
      trust: |
{trust}
  - {{id: entra, kind: scim}}
"""


@pytest.fixture
def there(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Slapd]:
    need(slapd.has_slapd(), "slapd is not installed")
    with slapd.running(tmp_path_factory.mktemp("slapd")) as running:
        vera = running.add_person("vera", "Vera Holm", "vera@harbor.example")
        running.add_person("nils", "Nils Hof", "nils@harbor.example", pwdAccountLockedTime=slapd.LOCKED)
        running.add_person("scanner", "Scanner", "")
        running.add_group("staff", vera)
        yield running


@pytest.fixture
def root(tmp_path: Path, there: Slapd, capsys: pytest.CaptureFixture[str]) -> str:
    folder = small_folder(tmp_path)
    group = f"cn=staff,{slapd.GROUPS}"
    said = {"url": there.url, "reader": READER, "people": PEOPLE, "trust": indent(there.trust, "        ")}
    (folder / "people.yaml").write_text(FILE.format(group=group, **said))
    assert leave("apply", str(folder), "-m", "first") == 0
    capsys.readouterr()
    return str(folder)


def test_from_the_password_to_the_first_reading(
    root: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def said(*words: str) -> list[str]:
        assert leave("people-source", *words) == 0, capsys.readouterr().err
        return capsys.readouterr().out.splitlines()

    assert leave("people-source", "check", "office", root) == 1
    assert "limen people-source connect office" in capsys.readouterr().err
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{SECRET}\n"))
    assert SECRET not in "".join(said("connect", "office", root))
    counts = json.loads("".join(said("check", "office", root, "--json")))
    assert {name: counts[name] for name in ("people", "inactive", "without_address", "nameless")} == {
        "people": 3,
        "inactive": 1,
        "without_address": 1,
        "nameless": 0,
    }
    assert list(counts["groups"].values()) == [1]
    assert len(said("check", "office", root)) == 4
    rows = [json.loads(line) for line in said("preview", "office", root, "--json")]
    assert sorted((one["name"], one["did"], tuple(one["joins"])) for one in rows) == [
        ("Scanner", "waits", ()),
        ("Vera Holm", "added", ("staff",)),
    ]
    assert len(said("preview", "office", root)) == 3
    said("read", "office", root)
    (office, _) = [json.loads(line) for line in said("list", root, "--json")]
    assert office["last"]["counts"] == {"added": 1, "nothing": 1, "waits": 1}
    assert [json.loads(line) for line in said("preview", "office", root, "--json")] == [
        {**rows[0], "did": "waits"} if rows[0]["name"] == "Scanner" else {**rows[1], "did": "waits"}
    ]


@pytest.mark.parametrize(
    "words",
    [
        ["check", "entra"],
        ["read", "office"],
        ["check", "office", "--file", "x"],
        ["connect", "office", "--file", "/nowhere"],
    ],
)
def test_what_can_not_be_is_said(root: str, words: list[str]) -> None:
    assert leave("people-source", *words, root) == 1
