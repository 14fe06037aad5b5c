"""Workloads that tests of commands need, and are not about: somebody here answers for each."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from tests.cli.test_main import leave

from limen.cli.open_company import opened
from limen.facts import Person
from limen.identity.model import PersonStatus
from limen.identity.store import people

ENDS: Final = (datetime.now(tz=UTC).date() + timedelta(days=200)).isoformat()
TERMS: Final = ("--owner", "ada@harbor.example", "--purpose", "Sends the invoices", "--ends", ENDS)


def with_ada(root: Path | str) -> str:
    """Have somebody in this company who can answer for a workload. It makes the database where there is none."""
    with opened(Path(root), may_make=True) as here:
        ada = Person("p_ada", "Ada", "ada@harbor.example")
        here.database.write(lambda t: people.add(t.connection, ada, PersonStatus.ACTIVE, 1))
    return str(root)


def add_workload(root: Path | str, name: str, *words: str) -> None:
    """By the command, with an owner, a purpose and an end."""
    assert leave("workload", "add", name, *words, *TERMS, with_ada(root)) == 0
