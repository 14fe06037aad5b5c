"""The lengths of time that a form offers: never more than the rule allows, and what was sent read again."""

from __future__ import annotations

import pytest

from limen.clock import DAY, HOUR, MINUTE
from limen.web.access.lengths import offered_lengths, read_length


@pytest.mark.parametrize("longest", [MINUTE, 20 * MINUTE, HOUR, 9 * HOUR, DAY, 45 * DAY])
def test_the_longest_is_offered_last_and_everything_offered_can_be_sent(longest: int) -> None:
    lengths = offered_lengths(longest)
    assert lengths[-1][1] == longest
    assert all(read_length(text) == milliseconds <= longest for text, milliseconds in lengths)


@pytest.mark.parametrize("sent", ["", "soon", "-1h", "1e9d", "99999h", "1h ", "1w", "٣h"])
def test_what_no_form_sends_is_no_time_at_all(sent: str) -> None:
    assert read_length(sent) in {0, 3 * HOUR}
    assert read_length("8h") == 8 * HOUR
