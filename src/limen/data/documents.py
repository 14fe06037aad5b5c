"""What passes as bytes, looked into: what kind it is, the text in it by place, and why it could not be read."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from limen.data.labels.model import Carried
from limen.data.model import Found
from limen.facts import Label


class WhyNot(StrEnum):
    """Why a document, or a part of it, could not be looked into. Rules decide what that means."""

    ENCRYPTED = "encrypted"
    TOO_LARGE = "too-large"
    TOO_DEEP = "too-deep"
    TOO_MANY = "too-many"
    BROKEN = "broken"
    TIMED_OUT = "timed-out"
    UNKNOWN_KIND = "unknown-kind"
    FAILED = "failed"
    """Whatever looked into it ended, by itself or by its limits."""


@dataclass(frozen=True, slots=True)
class Part:
    """A run of text in a document (UTF-8), and where a reader finds it: `page 3`, `sheet Salaries`, `offer.docx`.

    `first_line`, where it is not 0, numbers the line in which the text begins, so that a line can be named.
    """

    where: str
    text: bytes
    first_line: int = 0


@dataclass(frozen=True, slots=True)
class Inspected:
    """What looking into one document gave.

    `kind` is what it is by its content (`docx`, `pdf`, `zip`, `text`). `where` says for each of `found.findings`, in
    the same order, where in the document it is. `label` is what the document says of itself. `why_not` holds every
    reason why something in it was not read; what was read of it stands in `found` all the same. `digest` is a keyed
    one of all its bytes (b"": not known): by it somebody may have said that the document is not sensitive. `carried` is
    all that it says of its label, by which one that was lowered is told from one that is forged; `inside` the same of
    each document packed in it that says something.
    """

    kind: str
    found: Found = field(default_factory=Found)
    where: tuple[str, ...] = ()
    label: Label | None = None
    why_not: frozenset[WhyNot] = frozenset()
    digest: bytes = b""
    carried: Carried | None = None
    inside: tuple[Carried, ...] = ()
