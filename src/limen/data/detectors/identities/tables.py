"""How a table of numbers is read: a line for each, with its id, its name, how sure it is alone, its form, its words.

Columns stand between ` | `. How sure: `high`, `medium`, `low`, or `-` where it is none without one of its words near.
Words are separated by commas; one with a capital counts in this spelling alone (`EIN`, since *ein* is German).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from limen.data.detectors.measuring import longest_match
from limen.data.model import Check, Confidence, Detector, Kind


def numbers(
    kind: Kind,
    table: str,
    checks: Mapping[str, Check] | None = None,
    surest: Confidence = Confidence.HIGH,
) -> tuple[Detector, ...]:
    """The detectors of a table; `surest` is how sure a number is with a word beside it."""
    checks = checks or {}
    return tuple(
        Detector(
            detector,
            name,
            kind,
            rf"\b{form}\b",
            longest=longest_match(form),
            alone=None if alone == "-" else Confidence[alone.upper()],
            beside_words=surest,
            words=tuple(words.split(", ")) if words else (),
            check=checks.get(detector),
        )
        for detector, name, alone, form, words in _rows(table)
    )


def _rows(table: str) -> Iterator[list[str]]:
    for line in table.strip().splitlines():
        yield [part.strip() for part in f"{line} ".split(" | ", 4)]
