from __future__ import annotations

import pytest

from limen.clock import DAY, MINUTE, SECOND
from limen.policy.time_words import length_text


@pytest.mark.parametrize(
    ("length", "text"),
    [(15 * MINUTE, "15m"), (DAY, "1d"), (90 * MINUTE, "1h30m"), (1, "1ms"), (0, "0s"), (-90 * SECOND, "-1m30s")],
)
def test_a_length_as_cedar_takes_it(length: int, text: str) -> None:
    assert length_text(length) == text
