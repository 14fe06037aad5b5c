"""What may come once: proofs, requests. Only hashes are kept, in memory, for as long as a second one would count."""

from __future__ import annotations

from hashlib import sha256
from typing import Final

from limen.admission import Crowd
from limen.clock import Instant

MOST: Final = 50_000
MOST_OF_A_SOURCE: Final = 500


class SeenOnce:
    """Tells the first from all others. Where too many are fresh at once, none more is taken."""

    def __init__(self) -> None:
        self._seen: dict[bytes, Instant] = {}

    def __len__(self) -> int:
        return len(self._seen)

    def is_first(self, name: str, now: Instant, until: Instant) -> bool:
        """Whether `name` did not come before; it counts as seen until then."""
        key = sha256(name.encode()).digest()
        if self.holds(name, now):
            return False
        if len(self._seen) >= MOST:
            self._seen = {one: end for one, end in self._seen.items() if end > now}
            if len(self._seen) >= MOST:
                return False
        self._seen[key] = until
        return True

    def holds(self, name: str, now: Instant) -> bool:
        """Whether it came before."""
        return self._seen.get(sha256(name.encode()).digest(), 0) > now


class SeenOfEach:
    """Tells the first from all others, where whoever sends more than anybody does must keep nobody else out: beyond its
    share the oldest of a source is forgotten, beyond the room for all the oldest of the source with the most.
    """

    def __init__(self) -> None:
        self._seen: dict[bytes, tuple[str, Instant]] = {}
        self._of: Crowd[bytes] = Crowd()

    def __len__(self) -> int:
        return len(self._seen)

    def is_first(self, name: str, source: str, now: Instant, until: Instant) -> bool:
        """Whether `name` did not come before, whoever sent it; it counts as seen until then."""
        if self.holds(name, now):
            return False
        if self._of.number_of(source) >= MOST_OF_A_SOURCE:
            self._drop(self._of.oldest(source))
        elif len(self._of) >= MOST:
            self._drop(self._of.oldest_of_the_largest())
        key = sha256(name.encode()).digest()
        self._drop(key)
        self._seen[key] = (source, until)
        self._of.add(source, key)
        return True

    def holds(self, name: str, now: Instant) -> bool:
        """Whether it came before."""
        return self._seen.get(sha256(name.encode()).digest(), ("", 0))[1] > now

    def _drop(self, key: bytes | None) -> None:
        source, _ = self._seen.pop(key or b"", ("", 0))
        if key is not None:
            self._of.remove(source, key)
