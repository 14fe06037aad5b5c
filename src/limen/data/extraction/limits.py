"""How much a document may make of itself, and what stands where it makes more."""

from __future__ import annotations

from dataclasses import dataclass, field
from time import process_time
from typing import Final

from limen.data.documents import WhyNot
from limen.data.labels.model import Carried

MIB: Final = 1 << 20
MOST_LABELS: Final = 1_000
MOST_UNKNOWN: Final = 256 << 10
"""So many bytes of parts that nobody knows may a document have: programs keep little that is theirs alone."""


class UnreadableError(Exception):
    """A document, or a part of it, can't be read on. What was read before it stands."""

    def __init__(self, why_not: WhyNot) -> None:
        super().__init__(why_not.value)
        self.why_not = why_not


@dataclass(frozen=True, slots=True)
class Limits:
    """What one document may take, with all that is packed in it.

    `most_bytes`: what all its parts unpack to, and the text that is made of them, in bytes. `most_ratio`: how many
    times its packed size one part may unpack to, looked at from `ratio_from` bytes on. `most_members`: documents in it.
    `most_depth`: documents within documents. `seconds`: processor time for all of it.
    """

    most_bytes: int = 100 * MIB
    most_ratio: int = 200
    ratio_from: int = 2 * MIB
    most_members: int = 10_000
    most_depth: int = 5
    seconds: float = 10.0


@dataclass(slots=True)
class Budget:
    """What one document took so far of its limits. All is counted as it comes out, whatever a header says."""

    limits: Limits = field(default_factory=Limits)
    bytes_out: int = 0
    members: int = 0
    unknown: int = 0
    carried: list[Carried] = field(default_factory=list)
    """What the documents in it say of their labels."""
    _end: float = field(init=False)

    def __post_init__(self) -> None:
        self._end = process_time() + self.limits.seconds

    def take(self, length: int) -> None:
        """So many bytes came out. Raises UnreadableError where it was one too many."""
        self.bytes_out += length
        if self.bytes_out > self.limits.most_bytes:
            raise UnreadableError(WhyNot.TOO_LARGE)

    def tick(self) -> None:
        """Raises UnreadableError where the time is up."""
        if process_time() > self._end:
            raise UnreadableError(WhyNot.TIMED_OUT)

    def member(self) -> None:
        """One more document is in it. Raises UnreadableError where it is one too many."""
        self.members += 1
        if self.members > self.limits.most_members:
            raise UnreadableError(WhyNot.TOO_MANY)
        self.tick()

    def may_be_unknown(self, length: int) -> bool:
        """Whether a part of so many bytes may be of a kind that nobody knows; it counts."""
        self.unknown += length
        return self.unknown <= MOST_UNKNOWN

    def carry(self, data: bytes) -> None:
        """Read what one of the documents in it says of its label."""
        if len(self.carried) < MOST_LABELS and (one := carried_in(data)) is not None:
            self.carried.append(one)
        self.tick()

    def unpacking(self, packed: int) -> Unpacking:
        """The count of one part that takes so many bytes packed."""
        return Unpacking(self, packed)


@dataclass(slots=True)
class Unpacking:
    """How much came out of one packed part."""

    budget: Budget
    packed: int
    out: int = 0

    def take(self, length: int) -> None:
        """So many bytes came out. Raises UnreadableError where a part this small can't hold so much in earnest."""
        self.out += length
        limits = self.budget.limits
        if self.out > limits.ratio_from and self.out > limits.most_ratio * max(self.packed, 1):
            raise UnreadableError(WhyNot.TOO_LARGE)
        self.budget.take(length)
        self.budget.tick()


def carried_in(data: bytes) -> Carried | None:
    """What a document says of its label; None where it says nothing, or can't be read."""
    from limen.data.labels.carriers import read  # noqa: PLC0415 -- heavy, and for documents alone

    try:
        found = read(data)
    except Exception:  # noqa: BLE001 -- parsers of others raise anything at what is broken
        return None
    return None if found.is_silent else found
