"""`limen keys`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.cli.test_main import leave
from tests.cli.workloads import add_workload
from tests.company.small_folder import small_folder


@pytest.fixture
def root(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> str:
    folder = str(small_folder(tmp_path))
    add_workload(folder, "batch", "--apps", "wiki")  # which makes the database
    capsys.readouterr()
    return folder


def listed(root: str, capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    capsys.readouterr()
    assert leave("keys", "list", root, "--json") == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_they_are_listed_renewed_and_discarded(root: str, capsys: pytest.CaptureFixture[str]) -> None:
    first = listed(root, capsys)
    assert [(one["protocol"], one["algorithm"], one["state"]) for one in first] == [
        ("oidc", "RS256", "signs"),
        ("oidc", "ES256", "signs"),
        ("saml", "RS256", "signs"),
    ]
    assert leave("keys", root) == 0
    assert str(first[0]["key"]) in capsys.readouterr().out
    assert leave("keys", "renew", root, "--protocol", "saml", "--days", "7") == 0
    assert [one["state"] for one in listed(root, capsys)] == ["signs", "signs", "next", "signs"]

    assert leave("keys", "discard", root, "--protocol", "saml") == 0
    assert "--yes" in capsys.readouterr().out
    assert len(listed(root, capsys)) == 4
    assert leave("keys", "discard", root, "--protocol", "saml", "--yes") == 0
    after = listed(root, capsys)
    assert [one["state"] for one in after] == ["signs", "signs", "signs"]
    assert after[2]["key"] != first[2]["key"]
    assert [one["key"] for one in after[:2]] == [one["key"] for one in first[:2]]


@pytest.mark.parametrize("words", [("renew",), ("discard", "--yes"), ("list", "--protocol", "oidc"), ("turn",)])
def test_a_wrong_call_changes_nothing(root: str, words: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    before = listed(root, capsys)
    assert leave("keys", words[0], root, *words[1:]) == 1
    assert leave("keys", "renew", root, "--protocol", "entra") == 1
    assert listed(root, capsys) == before
