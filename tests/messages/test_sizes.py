from __future__ import annotations

import pytest

from limen.messages.sizes import size


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (-1, "0 B"),
        (0, "0 B"),
        (999, "999 B"),
        (1_000, "1.0 kB"),
        (12_345, "12 kB"),
        (999_999, "1.0 MB"),
        (1_500_000_000, "1.5 GB"),
        (10**18, "1000 PB"),
    ],
)
def test_sizes_are_short(number: int, said: str) -> None:
    assert size(number) == said
