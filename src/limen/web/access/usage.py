"""What was used in the last 90 days, read from the journal at most every ten minutes, whoever looks."""

from __future__ import annotations

import time
from typing import Final

from limen.clock import DAY, MINUTE, Instant
from limen.storage.journal.usage import Use, usage
from limen.web.expiring import ExpiringValues
from limen.web.site import Site

WINDOW: Final = 90 * DAY
_KEPT_MS: Final = 10 * MINUTE
_BREATH_SECONDS: Final = 0.002
"""Left to requests between parts of the reading."""


async def used_lately(site: Site, now: Instant) -> tuple[Use, ...]:
    """All that was decided in `WINDOW`, counted."""
    kept = site.shared(_read_lately)
    found = kept.get("", now)
    if found is None:
        reader = site.ports.journal.reader
        found = await site.in_thread(lambda: usage(reader, now - WINDOW, lambda: time.sleep(_BREATH_SECONDS)))
        kept.put("", found, now)
    return found


def _read_lately(_site: Site) -> ExpiringValues[str, tuple[Use, ...]]:
    return ExpiringValues(_KEPT_MS, 1)
