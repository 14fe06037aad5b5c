"""Characters as what they look like."""

from __future__ import annotations

import pytest

from limen.data.normalising.folding import folded


@pytest.mark.parametrize(
    ("written", "reads"),
    [
        ("４１１１", "4111"),
        ("٤١١١", "4111"),
        ("𝟒𝟏", "41"),
        ("\u200b\u00ad", ""),
        ("\u00a0\u202f", "  "),
        ("–−", "--"),
        ("раѕѕ", "pass"),
        ("ΑΒ", "AB"),
        ("größe", "größe"),
        ("❹①⑴⁴४৪", "411444"),
        ("\ufe0f\u20e3\u034f\u0336\U000e0020\u202a\u3164", ""),
        ("日本", "日本"),
    ],
)
def test_it_reads_as(written: str, reads: str) -> None:
    assert folded(written.encode()) == reads.encode()


def test_what_is_not_utf_8_stays() -> None:
    assert folded(b"\xe9\xe9") == b"\xe9\xe9"
