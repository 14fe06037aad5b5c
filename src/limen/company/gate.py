"""What stands between a candidate and the engine, for command line and console alike: tests, then no lock-out."""

from __future__ import annotations

from limen.company.company import Company
from limen.company.load import FolderError, failing_tests
from limen.company.store import Beside


def pass_gate(company: Company) -> Beside:
    """What was proved of `company`. Raises `FolderError` while a policy test fails."""
    problems = failing_tests(company)
    if problems:
        raise FolderError(problems)
    return Beside(tests=len(company.tests))
