"""`limen standing`: what is held without a grant, on the server."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.cli.access_folder import folder
from tests.cli.test_main import leave

from limen.access.standing.listing import listed
from limen.access.standing.privilege import standing_privilege
from limen.clock import SystemClock
from limen.company.by_grant import all_by_grant
from limen.company.load import load_company
from limen.facts import Person
from limen.identity.model import PersonStatus
from limen.identity.store import people
from limen.storage import Database

__all__ = ["folder"]
FRIDA = Person("p_frida", "Frida", "frida@harbor.example", frozenset({"staff", "finance"}), active=True)


@pytest.fixture
def with_frida(folder: Path) -> Path:
    """She runs payroll whenever she likes."""
    database = Database.open(folder / "data" / "limen.db")
    database.write(lambda t: people.add(t.connection, FRIDA, PersonStatus.ACTIVE, 1))
    database.close()
    return folder


def said(capsys: pytest.CaptureFixture[str], *words: str) -> list[dict[str, Any]]:
    assert leave("standing", *words, "--json") == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_who_has_what_is_told_row_by_row(with_frida: Path, capsys: pytest.CaptureFixture[str]) -> None:
    *rows, whole = said(capsys, str(with_frida))
    (payroll,) = [one for one in rows if one["part"] == "standing"]
    assert (payroll["app"], payroll["people"], payroll["policies"]) == ("payroll", ["p_frida"], ["finance-payroll"])
    assert payroll["actions"] == ["view", "download", "edit"]
    assert payroll["last_used"] == {"p_frida": 0}
    assert [one["people"] for one in rows if one["part"] == "limen"] == [["p_ada"]]
    assert (whole["people"], whole["is_exact"], whole["unseen"]) == (1, True, ["accounting", "expenses"])
    assert leave("standing", str(with_frida)) == 0
    out = capsys.readouterr().out
    assert "Frida" in out
    assert "finance-payroll" in out


def test_a_candidate_is_looked_at_before_it_counts(
    with_frida: Path, capsys: pytest.CaptureFixture[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    company = load_company(with_frida)
    known, apps = {FRIDA.id: FRIDA}, company.all_apps.values()
    rows = listed(standing_privilege(company.engine(), [FRIDA], apps, since=SystemClock().now()), known, apps).rows
    files, _ = all_by_grant(company, rows, known)
    other = tmp_path_factory.mktemp("other")
    for name, text in {**company.files, **files}.items():
        (other / name).parent.mkdir(exist_ok=True)
        (other / name).write_text(text)
    *rest, whole = said(capsys, str(with_frida), "--candidate", str(other))
    assert whole["rows"] == 0
    assert not [one for one in rest if one["part"] == "standing"]
