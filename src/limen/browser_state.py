"""The one single-use `state`: what must come back once, soon, for the same purpose and from the same browser.

Every protocol that sends a browser away and waits for it to return needs one (RFC 6749 section 10.12, RFC 9700 section
2.1), and each that has its own has its own mistakes. A state is opaque: what it stands for stays here, in memory, and a
restart forgets it. Only its hash is kept, so looking it up tells nothing by how long it takes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from hmac import compare_digest
from types import MappingProxyType
from typing import Final, TypeVar

from limen.clock import MINUTE, SECOND, Clock, Instant
from limen.errors import LimenError
from limen.opaque import new_token

K = TypeVar("K")

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


class StateRefusedError(LimenError):
    """What came back is no state, or not for this; `word` says why for the journal, and for nobody else.

    unknown (never issued, taken before, or forgotten) · expired · of-another-purpose · of-another-browser
    """

    def __init__(self, word: str) -> None:
        super().__init__("this was started in another browser, was already used, or took too long", "start again")
        self.word = word


@dataclass(frozen=True, slots=True)
class _Held:
    purpose: str
    browser: bytes
    data: Mapping[str, str]
    until: Instant


class BrowserStates:
    """Issues and takes them. Used on the event loop alone."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._held: dict[bytes, _Held] = {}
        self._of_purpose: dict[str, dict[bytes, None]] = {}
        self._of_browser: dict[tuple[str, bytes], dict[bytes, None]] = {}

    def __len__(self) -> int:
        return len(self._held)

    def issue(self, purpose: str, browser: bytes, data: Mapping[str, str], seconds: int) -> str:
        """A new state for `browser`, which is whatever tells it from all others: a hash of a secret cookie.

        Raises ValueError for what the code must not ask: no browser, no time or too much, more data than may be kept.
        """
        if not purpose or not browser or not 0 < seconds <= LONGEST_SECONDS:
            raise ValueError("a state has a purpose, a browser, and an end that is near")
        if sum(len(key) + len(value.encode()) for key, value in data.items()) > MOST_BYTES:
            raise ValueError(f"a state stands for at most {MOST_BYTES} bytes")
        now = self._clock.now()
        self._make_room(purpose, browser, now)
        state = new_token()
        key = _key(state.encode())
        self._held[key] = _Held(purpose, browser, MappingProxyType(dict(data)), now + seconds * SECOND)
        self._of_purpose.setdefault(purpose, {})[key] = None
        self._of_browser.setdefault((purpose, browser), {})[key] = None
        return state

    def take(self, purpose: str, browser: bytes, state: bytes) -> Mapping[str, str]:
        """What this state stands for. It is spent, whatever comes of it. Raises StateRefusedError."""
        held = self._drop(_key(state)) if len(state) == _LENGTH else None
        if held is None:
            raise StateRefusedError("unknown")
        is_purpose = compare_digest(held.purpose.encode(), purpose.encode())
        is_browser = compare_digest(held.browser, browser)
        if self._clock.now() >= held.until:
            raise StateRefusedError("expired")
        if not is_purpose:
            raise StateRefusedError("of-another-purpose")
        if not is_browser:
            raise StateRefusedError("of-another-browser")
        return held.data

    def _make_room(self, purpose: str, browser: bytes, now: Instant) -> None:
        """Forget the oldest where there would be too many, and of this purpose what has ended in front of the rest."""
        own = self._of_browser.get((purpose, browser), {})
        if len(own) >= MOST_OF_A_BROWSER:
            self._drop(next(iter(own)))
        all_of_it = self._of_purpose.get(purpose, {})
        while all_of_it:
            oldest = next(iter(all_of_it))
            is_worth_a_word = self._held[oldest].until + KEPT_AFTER_ITS_END > now
            if is_worth_a_word and len(all_of_it) < MOST_OF_A_PURPOSE:
                return
            self._drop(oldest)

    def _drop(self, key: bytes) -> _Held | None:
        held = self._held.pop(key, None)
        if held is not None:
            _out_of(self._of_purpose, held.purpose, key)
            _out_of(self._of_browser, (held.purpose, held.browser), key)
        return held


def _out_of(index: dict[K, dict[bytes, None]], of: K, key: bytes) -> None:
    keys = index[of]
    del keys[key]
    if not keys:
        del index[of]


def _key(state: bytes) -> bytes:
    return sha256(state).digest()
