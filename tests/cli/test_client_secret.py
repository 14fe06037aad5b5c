"""`limen client-secret`."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from tests.cli.test_main import leave
from tests.sso.client import written
from tests.web.conftest import HARBOR

from limen.opaque import hash_of
from limen.sso.oidc import store
from limen.storage import Database


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(HARBOR, tmp_path / "harbor")
    written(tmp_path / "harbor")
    return tmp_path / "harbor"


def test_it_is_shown_once_with_all_there_is_to_paste(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert leave("client-secret", "grafana", str(folder)) == 0
    secret = next(line.split()[-1] for line in capsys.readouterr().out.splitlines() if "client secret" in line)
    kept = next(folder.parent.rglob("limen.db"))
    database = Database.open(kept)
    assert database.read(lambda s: store.secrets_of(s.connection, "grafana", 1)) == [hash_of(secret)]
    database.close()
    assert secret.encode() not in kept.read_bytes()


@pytest.mark.parametrize("app", ["desk", "ledger", "wiki", "nobody"])
def test_only_clients_that_can_keep_one_get_one(folder: Path, app: str) -> None:
    assert leave("client-secret", app, str(folder)) == 1
