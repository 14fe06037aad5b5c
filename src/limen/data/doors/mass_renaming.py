"""Ransomware on a share: many files made unreadable within a minute.

What is read as such: content without structure (its bytes are spread evenly) that is of no kind which is packed anyway,
where there was a file before, or while as many others disappear. Who copies packed or encrypted files there makes new
ones, and takes none away.
"""

from __future__ import annotations

import math
from collections import Counter, deque
from dataclasses import dataclass
from typing import Final

WINDOW_SECONDS: Final = 60.0
MANY: Final = 20
"""So many files within the window are no accident."""
QUIET_SECONDS: Final = 600.0
"""After an alarm about somebody so long nothing more is said of them."""
SAMPLE: Final = 4_096
LEAST: Final = 512
MOST_HELD: Final = 10_000
SPREAD: Final = 0.97
"""Random bytes reach 0.99 of the entropy that so many bytes can have; text 0.6, tables and programs 0.8."""

_PACKED: Final = (
    (0, (b"PK\x03\x04", b"PK\x05\x06", b"\x1f\x8b", b"BZh", b"\xfd7zXZ\0", b"(\xb5/\xfd", b"7z\xbc\xaf'\x1c", b"Rar!")),
    (0, (b'\x04"M\x18', b"MSCF", b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"%PDF", b"RIFF", b"II*\0", b"MM\0*")),
    (0, (b"ID3", b"\xff\xfb", b"\xff\xf3", b"OggS", b"fLaC", b"\x1aE\xdf\xa3", b"\0\0\x01\xba", b"wOF2", b"8BPS")),
    (
        0,
        (
            b"age-encryption.org/",
            b"-----BEGIN ",
            b"\x03\xd9\xa2\x9a",
            b"SQLite",
            b"\xd0\xcf\x11\xe0",
            b"MZ",
            b"\x7fELF",
        ),
    ),
    (4, (b"ftyp", b"moov", b"mdat")),
)
"""Kinds whose content is packed, or that are recognised in other ways, by what stands at which place."""


@dataclass(frozen=True, slots=True)
class MassRenaming:
    """So many files of this share were made unreadable by somebody, within the last minute."""

    share: str
    actor: str
    number: int


def looks_encrypted(start: bytes) -> bool:
    """Whether the first bytes of a file (SAMPLE of them) are spread as only encryption and packing spread them."""
    if len(start) < LEAST or any(start[at:].startswith(magics) for at, magics in _PACKED):
        return False
    counts = Counter(start)
    entropy = -sum(count / len(start) * math.log2(count / len(start)) for count in counts.values())
    return entropy >= SPREAD * _of_random(len(start))


def _of_random(size: int) -> float:
    """The entropy in bits that so many random bytes have about (Miller and Madow: less by 255 / 2n ln 2)."""
    return min(8.0, 8.0 - 255 / (2 * size * math.log(2)))


class RenamingWatch:
    """What was seen of one share lately, in the order of time. Times are seconds of one clock that never goes back."""

    def __init__(self, share: str) -> None:
        self._share = share
        self._unreadable: deque[tuple[float, str, str, bool]] = deque(maxlen=MOST_HELD)
        self._gone: deque[float] = deque(maxlen=MOST_HELD)
        self._told: dict[str, float] = {}

    def gone(self, now: float) -> None:
        """A name disappeared."""
        self._gone.append(now)

    def unreadable(self, path: str, actor: str, now: float, *, was_there: bool) -> MassRenaming | None:
        """A file that looks encrypted was written by `actor`; `was_there`: it took another's content."""
        self._unreadable.append((now, path, actor, was_there))
        return self._alarm(actor, now)

    def _alarm(self, actor: str, now: float) -> MassRenaming | None:
        since = now - WINDOW_SECONDS
        while self._unreadable and self._unreadable[0][0] < since:
            self._unreadable.popleft()
        while self._gone and self._gone[0] < since:
            self._gone.popleft()
        if now < self._told.get(actor, -math.inf) + QUIET_SECONDS:
            return None
        theirs = {path: was_there for _, path, by, was_there in self._unreadable if by == actor}
        rewritten = sum(theirs.values())
        number = rewritten + min(len(theirs) - rewritten, len(self._gone))
        if number < MANY:
            return None
        self._told = {name: at for name, at in self._told.items() if now < at + QUIET_SECONDS} | {actor: now}
        return MassRenaming(self._share, actor, number)
