"""The one single-use `state`: what must come back once, soon, for the same purpose and from the same browser.

Every protocol that sends a browser away and waits for it to return needs one (RFC 6749 section 10.12, RFC 9700 section
2.1), and each that has its own has its own mistakes. A state is opaque: what it stands for is kept for all workers, so
it may come back to another one, and of several that it comes to at once one takes it.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from hmac import compare_digest
from types import MappingProxyType
from typing import Final

import msgspec

from limen.clock import MINUTE, SECOND, Instant
from limen.errors import LimenError
from limen.opaque import new_token
from limen.storage.kept_briefly import Kept, KeptBriefly, Rows, Shelf

MOST_OF_A_PURPOSE: Final = 10_000
"""Beyond it the oldest of that purpose is forgotten: a flood of one protocol leaves all others alone."""
MOST_OF_A_BROWSER: Final = 50
"""Beyond it the oldest of that browser and purpose is forgotten: a browser that floods forgets its own first."""
LONGEST_SECONDS: Final = 30 * MINUTE // SECOND
MOST_BYTES: Final = 4_096
KEPT_AFTER_ITS_END: Final = MINUTE
"""For so long one that comes late is told from one that never was."""
_LENGTH: Final = 43
"""Characters of a state: 32 random bytes, base64url."""
_OF_STATES: Final = "state: "


class StateRefusedError(LimenError):
    """What came back is no state, or not for this; `word` says why for the journal, and for nobody else.

    unknown (never issued, taken before, or forgotten) · expired · of-another-purpose · of-another-browser
    """

    def __init__(self, word: str) -> None:
        super().__init__("this was started in another browser, was already used, or took too long", "start again")
        self.word = word


class BrowserStates:
    """Issues and takes them."""

    def __init__(self, kept: KeptBriefly) -> None:
        self._kept = kept

    async def issue(self, purpose: str, browser: bytes, data: Mapping[str, str], seconds: int) -> str:
        """A new state for `browser`, which is whatever tells it from all others: a hash of a secret cookie.

        Raises ValueError for what the code must not ask: no browser, no time or too much, more data than may be kept.
        StorageError where nothing can be kept.
        """
        if not purpose or not browser or not 0 < seconds <= LONGEST_SECONDS:
            raise ValueError("a state has a purpose, a browser, and an end that is near")
        if sum(len(key) + len(value.encode()) for key, value in data.items()) > MOST_BYTES:
            raise ValueError(f"a state stands for at most {MOST_BYTES} bytes")
        state, stands_for = new_token(), msgspec.json.encode(dict(data))

        def work(rows: Rows) -> None:
            until = rows.now + seconds * SECOND + KEPT_AFTER_ITS_END
            rows.put(_shelf(purpose), state, stands_for, until, _source(browser))

        await self._kept.do(work)
        return state

    async def take(self, purpose: str, browser: bytes, state: bytes) -> Mapping[str, str]:
        """What this state stands for. It is spent, whatever comes of it. Raises StateRefusedError, and StorageError
        where nobody can tell.
        """
        if len(state) != _LENGTH:
            raise StateRefusedError("unknown")
        found, now = await self._kept.do(lambda rows: (_take(rows, purpose, state), rows.now))
        if isinstance(found, str):
            raise StateRefusedError(found)
        if _is_over(found, now):
            raise StateRefusedError("expired")
        if not compare_digest(found.source, _source(browser)):
            raise StateRefusedError("of-another-browser")
        return MappingProxyType(msgspec.json.decode(found.data, type=dict[str, str]))


def _take(rows: Rows, purpose: str, state: bytes) -> Kept | str:
    """What was kept for this purpose, or why it is refused."""
    if (found := rows.take(_shelf(purpose), state)) is not None:
        return found
    others = [one.removeprefix(_OF_STATES) for one in rows.shelves_of(state) if one.startswith(_OF_STATES)]
    taken = [one for other in others if (one := rows.take(_shelf(other), state)) is not None]
    if not taken:
        return "unknown"
    return "expired" if _is_over(taken[0], rows.now) else "of-another-purpose"


def _is_over(one: Kept, now: Instant) -> bool:
    return now >= one.until - KEPT_AFTER_ITS_END


def _shelf(purpose: str) -> Shelf:
    return Shelf(_OF_STATES + purpose, MOST_OF_A_PURPOSE, MOST_OF_A_BROWSER)


def _source(browser: bytes) -> str:
    return sha256(browser).hexdigest()
