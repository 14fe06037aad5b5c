"""P11: met, missed by one, and unknown."""

from __future__ import annotations

import pytest
from tests.roadmap.data.houses import NOW, evidence, misses, of_record

from limen.clock import DAY, SECOND
from limen.roadmap.data.evidence import DataEvidence
from limen.roadmap.data.record_holds import BACKED_UP_WITHIN, CONTROL, NEVER_BACKED_UP, NEVER_RESTORED, TOO_LARGE
from limen.roadmap.model import Grade


def test_the_record_holds() -> None:
    found = CONTROL.measured(of_record())
    assert (found.is_met, found.grade) == (True, Grade.PROBED)


def test_a_journal_that_was_changed_misses_it() -> None:
    assert misses(CONTROL.measured(of_record(problems=("gap",)))) == ["journal"]


@pytest.mark.parametrize("at", [NOW - BACKED_UP_WITHIN, NOW + SECOND, NOW - 30 * DAY])
def test_a_backup_that_is_old_or_from_tomorrow_misses_it(at: int) -> None:
    assert misses(CONTROL.measured(of_record(backup_at=at)), 1) == ["backup"]


def test_what_is_not_on_record_is_unknown() -> None:
    assert CONTROL.measured(of_record(problems=None)).missing == (TOO_LARGE,)
    assert CONTROL.measured(of_record(backup_at=0)).missing == (NEVER_BACKED_UP,)
    assert CONTROL.measured(of_record(restores={})).missing == (NEVER_RESTORED,)
    silent = CONTROL.measured(evidence(DataEvidence()))
    assert (silent.grade, len(silent.missing)) == (Grade.UNKNOWN, 3)
