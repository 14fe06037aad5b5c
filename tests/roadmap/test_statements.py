"""A statement counts from when it was made to its end, and never for longer than a year."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.roadmap.stated import statement

from limen.clock import DAY
from limen.errors import LimenError
from limen.roadmap.statements import refuse_unfit, stated

NOW = 1_800_000_000_000
ONE = statement(at=NOW)


def test_it_counts_until_its_end_whoever_ends_it() -> None:
    assert ONE.counts(NOW)
    assert not ONE.counts(ONE.until)
    assert not ONE.counts(ONE.said_at - 1)  # after the clock was set back
    assert not replace(ONE, ended_at=NOW).counts(NOW)
    assert not replace(ONE, contradicted_at=NOW).counts(NOW)


def test_of_several_the_one_that_lasts_longest_is_found() -> None:
    longer, of_row = replace(ONE, id="b", until=ONE.until + 1), replace(ONE, id="c", subject="d_ben")
    known = (ONE, longer, of_row, replace(longer, id="d", ended_at=NOW))
    assert stated(known, "cloud", "", NOW) is longer
    assert stated(known, "cloud", "d_ben", NOW) is of_row
    assert stated(known, "servers", "", NOW) is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"why": "short"},
        {"why": " " * 40},
        {"why": "x" * 301},
        {"until": ONE.said_at},
        {"until": ONE.said_at - 1},
        {"until": ONE.said_at + 365 * DAY + 1},
    ],
)
def test_what_is_unfit_is_refused(wrong: dict[str, object]) -> None:
    refuse_unfit(ONE)
    with pytest.raises(LimenError):
        refuse_unfit(replace(ONE, **wrong))  # type: ignore[arg-type]
