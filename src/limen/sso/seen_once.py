"""What may come once: proofs, request IDs. Only hashes are kept, in memory, for as long as a second one would count."""

from __future__ import annotations

from hashlib import sha256
from typing import Final

from limen.clock import Instant

MOST: Final = 50_000


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
