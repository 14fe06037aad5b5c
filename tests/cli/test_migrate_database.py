"""Harbor with a month of decisions goes to PostgreSQL and back; the same past gives the same answers on each side."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from tests.cli.harbor_week import harbor_week
from tests.cli.test_main import leave
from tests.company.company_folder import change
from tests.postgresql import Cluster

from limen.company.load import load_settings

pytestmark = pytest.mark.slow
DAYS = 30
CANDIDATE = Path(__file__).parents[2] / "examples" / "candidates" / "payroll-needs-a-known-device" / "policies"


def planned(root: Path, capsys: pytest.CaptureFixture[str]) -> object:
    """What a change would do to the month that was, recomputed from database and journal."""
    capsys.readouterr()
    leave("plan", str(root), "--json")
    said = json.loads(capsys.readouterr().out)
    assert said["effect"]["replayed"] > 1_500
    assert said["effect"]["differences"]
    return said | {"effect": {name: one for name, one in said["effect"].items() if name not in {"since", "until"}}}


def test_harbors_month_there_and_back(tmp_path: Path, postgresql: Cluster, capsys: pytest.CaptureFixture[str]) -> None:
    root = harbor_week(tmp_path, DAYS)
    usual = str(root / "data" / "limen.db")
    (root / "data" / "master.key").write_text("A" * 43 + "=")
    (root / "data" / "master.key").chmod(0o600)
    shutil.copytree(CANDIDATE, root / "policies", dirs_exist_ok=True)
    before = planned(root, capsys)
    with postgresql.database() as url:
        assert leave("migrate-database", url, str(root), "--rehearse") == 0
        assert load_settings(root).database.url == ""
        assert leave("migrate-database", url, str(root)) == 0
        assert f"migrate-database {usual} " in capsys.readouterr().out  # the way back
        assert load_settings(root).database.url == url
        assert planned(root, capsys) == before
        assert leave("doctor", str(root)) in {0, 1}
        assert url.partition("?")[0] in capsys.readouterr().out.replace("limen@/", "limen@/")
        assert leave("migrate-database", usual, str(root)) == 0
        assert load_settings(root).database.url == ""
        assert planned(root, capsys) == before
    assert leave("migrate-database") == 2
    assert leave("migrate-database", usual, str(root)) == 1
    assert leave("migrate-database", "--back", str(root)) == 1
    change(root, "limen.toml", 'url = ""', 'url = "postgresql://limen:tidal@db/limen"')
    assert leave("migrate-database", usual, str(root)) == 1
    assert "tidal" not in capsys.readouterr().err
