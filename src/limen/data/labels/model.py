"""The nouns of labels in documents: what Limen writes, what a document says of itself, and how far that is believed.

The one rule: a label that nobody can vouch for may raise what a document counts as, and never lower it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeAlias

from limen.clock import Instant
from limen.errors import LimenError
from limen.facts import Label

NAME: Final = "limen-label"
"""The property that holds the label as one word, for whoever reads it: `confidential`."""
MARK_NAME: Final = "limen-label-mark"
"""The property that holds who set the label and when, and proves it. See `marks.py`."""
OURS: Final = frozenset({NAME, MARK_NAME})
LONGEST_MARK: Final = 512
MOST_BYTES: Final = 128 << 20
"""A larger document is neither read nor written: it is held in memory."""

Properties: TypeAlias = Iterable[tuple[str, str]]
"""Names and values as a document holds them; a name can come twice."""

_BY_WORD: Final[Mapping[str, Label]] = {label.word: label for label in Label}


class WhyNoLabel(StrEnum):
    """Why a document's label can't be read, or can't be written into it."""

    ENCRYPTED = "encrypted"
    SIGNED = "signed"
    """It can be read. Writing would break the signature."""
    BROKEN = "broken"
    TOO_LARGE = "too-large"
    NO_ROOM = "no-room"
    """What it is made of has no place for a label."""


_FIXES: Final[Mapping[WhyNoLabel, str]] = {
    WhyNoLabel.ENCRYPTED: "remove its password first, or label the folder or app it is kept in",
    WhyNoLabel.SIGNED: "label it first and sign it then",
    WhyNoLabel.BROKEN: "open it in the program that made it and save it anew",
    WhyNoLabel.TOO_LARGE: "label the folder or app it is kept in",
    WhyNoLabel.NO_ROOM: "keep it on a file system with extended attributes, or label the folder or app it is kept in",
}


class NoLabelError(LimenError):
    """A label that can't be read or written; `why` is for programs."""

    def __init__(self, why: WhyNoLabel, what: str) -> None:
        super().__init__(what, _FIXES[why])
        self.why = why


class Standing(StrEnum):
    """How far the label that a document carries is believed."""

    PROVEN = "proven"
    """Limen set it, on exactly this content."""
    CHANGED = "changed"
    """Limen set it, and the content is another since: edited, or the label was moved here."""
    FORGED = "forged"
    """It claims to be Limen's and is not, or one of its two properties was altered."""
    UNCHECKED = "unchecked"
    """It has a mark, and there is no key here to check it with."""
    UNMARKED = "unmarked"
    """Somebody else set it, or Limen did where it had no key."""


@dataclass(frozen=True, slots=True)
class DocumentLabel:
    """A label as it was set. `by` is an opaque id ("": not known), `at` 0: not known.

    `lowered_from` is what the document counted as before somebody lowered it and said why; None: nobody lowered it.
    """

    label: Label
    at: Instant = 0
    by: str = ""
    lowered_from: Label | None = None


@dataclass(frozen=True, slots=True)
class Carried:
    """What a document says of its own label, as read and not yet believed.

    `words` are the values of `limen-label`, `marks` those of `limen-label-mark`. `content` is a digest of all the rest
    of the document. `microsoft` are the ids of Microsoft's labels, in small letters. `sensitive`: its mail header says
    that it is the company's own.
    """

    words: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()
    content: bytes = b""
    microsoft: frozenset[str] = frozenset()
    is_company_confidential: bool = False

    @property
    def is_silent(self) -> bool:
        return not (self.words or self.marks or self.microsoft or self.is_company_confidential)


@dataclass(frozen=True, slots=True)
class Claim:
    """The label that a document claims, the highest of all that it carries (None: none), and how far it is believed.

    `proven` is what Limen itself set, where that is certain and unaltered; `others` the highest that other tools set.
    """

    label: Label | None = None
    standing: Standing = Standing.UNMARKED
    proven: DocumentLabel | None = None
    others: Label | None = None


def label_of_word(word: str) -> Label | None:
    """`Confidential` as people and tools write it; None for what is no label."""
    return _BY_WORD.get(word.strip().lower()) if len(word) < 40 else None


def raised(known: Label | None, content: Label | None) -> Label | None:
    """The higher of what is known of a document and what its content says; None where both are silent."""
    return max((one for one in (known, content) if one is not None), default=None)


def label_in_force(claim: Claim, content: Label | None) -> Label | None:
    """What a document counts as, which claims `claim` and whose content says `content`.

    A label counts below what the content says only where Limen proves that somebody lowered it with a reason, on
    this very content, from at least as high as the content says today. Everything else can only raise.
    """
    own = claim.proven
    was_lowered = own is not None and own.lowered_from is not None
    if own is not None and was_lowered and (content is None or content <= (own.lowered_from or Label.PUBLIC)):
        return raised(own.label, claim.others)
    return raised(claim.label, content)
