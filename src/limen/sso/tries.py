"""How long after each vain try to tell an app or a service something the next one comes."""

from __future__ import annotations

from typing import Final

from limen.clock import HOUR, MINUTE, SECOND, Milliseconds

PAUSES: Final[tuple[Milliseconds, ...]] = (5 * SECOND, 30 * SECOND, 2 * MINUTE, 10 * MINUTE, HOUR, 6 * HOUR)
"""What comes after the last, whoever tells says: nothing by itself, or the last again."""
