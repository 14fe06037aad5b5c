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
END: Final = 66_000
"""A ZIP file's directory is closed within so many bytes of its end (PKWARE APPNOTE 4.3.16)."""
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
            b"\x7fELF",
        ),
    ),
    (4, (b"ftyp", b"moov", b"mdat")),
)
"""Kinds whose content is packed, or that are recognised in other ways, by what stands at which place."""


_ENDINGS: Final = (
    (b"PK\x03\x04", b"PK\x05\x06", END),
    (b"%PDF", b"%%EOF", 2_048),
    (b"\x89PNG", b"IEND\xaeB`\x82", 2_048),
)
"""How files of these kinds begin, and what stands within so many bytes of their end."""


@dataclass(frozen=True, slots=True)
class MassRenaming:
    """So many files of this share were made unreadable by somebody, within the last minute."""

    share: str
    actor: str
    number: int


@dataclass(frozen=True, slots=True)
class Sample:
    """Of a file its first bytes and those in its middle (SAMPLE of each), and its last ones (END of them)."""

    start: bytes
    middle: bytes = b""
    end: bytes = b""


def looks_encrypted(sample: Sample) -> bool:
    """Whether a file is spread as only encryption and packing spread it, at its start or behind what was left of it.

    Programs that encrypt in pieces leave the start as it was: a known kind has to end as its files do, too, where they
    do so always, and a text has to go on as one.
    """
    start = sample.start
    for head, ending, within in _ENDINGS:
        if start.startswith(head) and sample.end:
            return ending not in sample.end[-within:] and _is_spread(sample.middle)
    if start.startswith(b"MZ"):
        return not _is_program(start) and (_is_spread(start) or _is_spread(sample.middle))
    if any(start[at:].startswith(magics) for at, magics in _PACKED):
        return False
    return _is_spread(start) or (_is_text(start) and _is_spread(sample.middle))


def _is_spread(some: bytes) -> bool:
    if len(some) < LEAST:
        return False
    counts = Counter(some)
    entropy = -sum(count / len(some) * math.log2(count / len(some)) for count in counts.values())
    return entropy >= SPREAD * _of_random(len(some))


def _is_text(start: bytes) -> bool:
    return bool(start) and b"\0" not in start and start.isascii()


def _is_program(start: bytes) -> bool:
    """Whether a program of Windows or DOS begins here: the head says where the newer one is, or has a table of its own.

    [MS-PE] 3: the offset stands at 0x3c.
    """
    at = int.from_bytes(start[0x3C:0x40], "little")
    return start[at : at + 2] in {b"PE", b"NE", b"LE"} if 0x40 <= at < len(start) - 2 else False


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
