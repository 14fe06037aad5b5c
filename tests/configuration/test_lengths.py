from __future__ import annotations

import pytest

from limen.clock import DAY, HOUR, MINUTE
from limen.configuration.lengths import length_of, length_text


@pytest.mark.parametrize(("written", "length"), [("15m", 15 * MINUTE), ("12h", 12 * HOUR), ("3d", 3 * DAY)])
def test_lengths_of_time(written: str, length: int) -> None:
    assert (length_of(written), length_text(length)) == (length, written)
    with pytest.raises(ValueError, match="soon"):
        length_of("soon")
