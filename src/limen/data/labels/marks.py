"""The mark beside a label: who set it, when and on which content, under a key that only Limen has (RFC 2104).

    v1 label=internal at=2026-12-01T02:30:00Z by=p_4f0c from=confidential content=DIGEST mark=MAC

It is at most 255 characters of letters, digits, spaces and `:=_-`, so that it fits into a tag of S3, the tightest of
its places. A mark of another key, or one of which a character was altered, is forged.
"""

from __future__ import annotations

import hmac
import re
from base64 import urlsafe_b64encode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from typing import Final

from limen.clock import Instant
from limen.data.labels.model import LONGEST_MARK, Carried, Claim, DocumentLabel, Standing, label_of_word, raised
from limen.facts import Label

PURPOSE: Final = "labels in documents"
"""For `Keyring.keys_for`."""
_DIGEST_BYTES: Final = 32
_SHAPE: Final = re.compile(
    r"v1 label=(?P<label>[a-z]{1,16}) at=(?P<at>[0-9TZ:-]{0,20}) by=(?P<by>[A-Za-z0-9_-]{0,40})"
    r" from=(?P<from>[a-z]{0,16}) content=(?P<content>[A-Za-z0-9_-]{43}) mark=(?P<mark>[A-Za-z0-9_-]{43})"
)
_TIME: Final = "%Y-%m-%dT%H:%M:%SZ"
_BY: Final = re.compile(r"[A-Za-z0-9_-]{0,40}")


@dataclass(frozen=True, slots=True)
class Marks:
    """Makes and checks marks. `keys`: today's first, then those that older marks may be of; none: nothing is proven."""

    keys: Sequence[bytes] = ()

    def made(self, said: DocumentLabel, content: bytes) -> str:
        """The mark of this label on this content; "" without a key."""
        if not self.keys:
            return ""
        begun = _begun(said, content)
        return f"{begun} mark={_text(_mac(self.keys[0], begun))}"

    def blank(self, said: DocumentLabel) -> str:
        """As long as the mark will be, before the content is known that it is of."""
        return self.made(said, bytes(_DIGEST_BYTES))

    def claim(self, carried: Carried, microsoft: Mapping[str, Label]) -> Claim:
        """What a document claims and how far that is believed. `microsoft`: the company's labels by Microsoft's ids."""
        others = [microsoft[one] for one in carried.microsoft if one in microsoft]
        others += [Label.CONFIDENTIAL] * carried.is_company_confidential
        words, marks = set(carried.words), set(carried.marks)  # of a PDF, the same can come twice
        said = [label for word in words if (label := label_of_word(word)) is not None]
        read = [self._read(mark, carried.content) for mark in marks]
        sound = [one for one in read if one is not None]
        labels = [*others, *said, *[one.label for one, _ in sound]]
        highest, other = max(labels, default=None), max(others, default=None)
        if not marks:
            return Claim(highest, Standing.UNMARKED, None, other)
        if not self.keys:
            return Claim(highest, Standing.UNCHECKED, None, other)
        own, is_of_content = (read[0] or (None, False)) if len(read) == 1 else (None, False)
        if own is None or said != [own.label] or len(words) != 1:
            return Claim(highest, Standing.FORGED, None, other)
        if not is_of_content:
            return Claim(highest, Standing.CHANGED, None, other)
        return Claim(highest, Standing.PROVEN, own, other)

    def claim_of_all(
        self, carried: Carried | None, inside: Iterable[Carried], microsoft: Mapping[str, Label]
    ) -> Claim | None:
        """What a document claims with all that is packed in it, whose labels raise it; None where all are silent."""
        packed = None
        for one in inside:
            packed = raised(packed, self.claim(one, microsoft).label)
        if carried is None and packed is None:
            return None
        own = self.claim(carried or Carried(), microsoft)
        return replace(own, label=raised(own.label, packed), others=raised(own.others, packed))

    def _read(self, mark: str, content: bytes) -> tuple[DocumentLabel, bool] | None:
        """What a mark says, and whether that is of this content; None where it is not of these keys."""
        shape = _SHAPE.fullmatch(mark) if len(mark) <= LONGEST_MARK else None
        if shape is None:
            return None
        begun, _, written = mark.rpartition(" mark=")
        label, lowered_from = label_of_word(shape["label"]), label_of_word(shape["from"])
        at = _instant(shape["at"])
        if label is None or at is None or (shape["from"] and lowered_from is None):
            return None
        if not any(hmac.compare_digest(_text(_mac(key, begun)), written) for key in self.keys):
            return None
        said = DocumentLabel(label, at, shape["by"], lowered_from)
        return said, hmac.compare_digest(_text(content), shape["content"])


def _begun(said: DocumentLabel, content: bytes) -> str:
    if not _BY.fullmatch(said.by):
        raise ValueError("whoever set a label is named by an opaque id")
    at = datetime.fromtimestamp(said.at // 1000, UTC).strftime(_TIME) if said.at else ""
    lowered_from = "" if said.lowered_from is None else said.lowered_from.word
    return f"v1 label={said.label.word} at={at} by={said.by} from={lowered_from} content={_text(content)}"


def _mac(key: bytes, begun: str) -> bytes:
    return hmac.digest(key, b"limen label in a document\n" + begun.encode(), sha256)


def _text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode().rstrip("=")


def _instant(text: str) -> Instant | None:
    if not text:
        return 0
    try:
        return int(datetime.strptime(text, _TIME).replace(tzinfo=UTC).timestamp()) * 1000
    except ValueError:
        return None
