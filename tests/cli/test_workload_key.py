"""`limen workload-key`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from joserfc.jwk import ECKey
from tests.cli.test_main import leave
from tests.cli.workloads import add_workload
from tests.company.small_folder import small_folder


@pytest.fixture
def root(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> str:
    folder = str(small_folder(tmp_path))
    add_workload(folder, "batch", "--apps", "wiki")
    capsys.readouterr()
    return folder


@pytest.fixture
def public(tmp_path: Path) -> Path:
    path = tmp_path / "batch.pem"
    path.write_bytes(ECKey.generate_key("P-256").as_pem(private=False))
    return path


def test_a_key_is_added_listed_and_removed(root: str, public: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert leave("workload-key", "add", "batch", root, "--key", str(public), "--days", "30") == 0
    said = capsys.readouterr().out
    named = {line.split()[0]: line.split()[-1] for line in said.splitlines() if line.startswith("  ")}
    assert (named["algorithm"], named["authentication"]) == ("ES256", "private_key_jwt")
    assert named["token"].endswith("/oidc/token")
    assert leave("workload-key", "list", root, "--json") == 0
    listed = json.loads(capsys.readouterr().out)
    assert (listed["workload"], listed["key"], listed["algorithm"]) == ("batch", named["key"], "ES256")
    assert listed["client_id"] == named["client"]
    assert listed["expires_at"] - listed["added_at"] == 30 * 86_400_000
    assert leave("workload-key", "remove", "batch", root, "--key", named["key"]) == 0
    capsys.readouterr()
    assert leave("workload-key", "list", root, "--json") == 0
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    "words",
    [
        ("ad", "batch", "--key", "x"),
        ("add", "batch"),
        ("add", "--key", "x"),
        ("list", "--key", "x"),
        ("remove", "batch", "--key", "nothing"),
        ("add", "batch", "--key", "missing.pem"),
        ("add", "nobody", "--key", "{public}"),
        ("add", "batch", "--key", "{private}"),
        ("add", "batch", "--key", "{public}", "--days", "1000"),
    ],
)
def test_what_is_wrong_is_refused(root: str, public: Path, tmp_path: Path, words: tuple[str, ...]) -> None:
    private = tmp_path / "private.pem"
    private.write_bytes(ECKey.generate_key("P-256").as_pem(private=True))
    given = [one.format(public=public, private=private) for one in words]
    assert leave("workload-key", *given, root) == 1


def test_only_a_workload_that_is_active_has_keys(root: str, public: Path) -> None:
    assert leave("workload", "revoke", "batch", root) == 0
    assert leave("workload-key", "add", "batch", root, "--key", str(public)) == 1
