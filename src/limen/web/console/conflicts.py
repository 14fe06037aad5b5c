"""What a draft and a publication both changed, as its page shows it: two texts for each part, and what was chosen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from limen.company.rebase import Conflict
from limen.company.resolution import Disagreement
from limen.web.requests import one

MOST_PARTS: Final = 40
MOST_WRITTEN: Final = 16_000
"""Bytes of all that can be written anew on one page. In a form's body a byte takes up to three."""
MOST_VALUE_WRITTEN: Final = 8_000


@dataclass(frozen=True, slots=True)
class Picked:
    """What somebody took of one part that both changed ("": nothing yet): its text, and what they wrote beside it."""

    take: str
    text: str | None
    own: str


@dataclass(frozen=True, slots=True)
class Conflicting:
    """What a draft and a publication both changed. Of `parts` one can be chosen each, if there are any."""

    names: Sequence[Conflict]
    parts: Sequence[Disagreement] = ()
    picked: Sequence[Picked] = ()

    @property
    def is_resolvable(self) -> bool:
        return 0 < len(self.parts) <= MOST_PARTS

    @property
    def shown(self) -> list[tuple[Disagreement, Picked, bool]]:
        """Each part with what was chosen, and whether there is room to write it anew: a form holds only so much."""
        rows, left = [], MOST_WRITTEN
        for number, part in enumerate(self.parts):
            picked = self.picked[number] if self.picked else Picked("", None, part.ours or part.theirs or "")
            size = len((picked.own or part.ours or "").encode())
            is_writable = part.ours is not None and size <= min(left, MOST_VALUE_WRITTEN)
            left -= size if is_writable else 0
            rows.append((part, picked, is_writable))
        return rows


def picked_of(parts: Sequence[Disagreement], sent: Mapping[str, Sequence[str]]) -> tuple[Picked, ...]:
    """What a form chose of each part. What somebody wrote is kept, whatever they chose."""
    return tuple(_picked(number, part, sent) for number, part in enumerate(parts))


def _picked(number: int, part: Disagreement, sent: Mapping[str, Sequence[str]]) -> Picked:
    take, own = one(sent, f"take{number}"), one(sent, f"own{number}").replace("\r\n", "\n")
    texts = {"theirs": part.theirs, "ours": part.ours, "own": own}
    return Picked(take, texts[take], own) if take in texts else Picked("", None, own)
