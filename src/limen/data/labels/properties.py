"""Names and values that documents hold, as what they say of their label; the same for every format."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from itertools import islice
from typing import Final

from limen.data.labels.model import LONGEST_MARK, MARK_NAME, NAME, Carried, NoLabelError, Properties, WhyNoLabel

MOST: Final = 10_000
_MICROSOFT: Final = re.compile(r"msip_label_([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})_enabled")
_LONGEST_NAME: Final = 255


def without_marks(text: bytes, found: Iterable[tuple[str, str]]) -> bytes:
    """The bytes that hold these properties, for a digest: with the marks blanked that stand in them in one piece.

    Everything else counts, to the byte: what no reader shows could hold text as well.
    """
    for mark in {value for name, value in found if name.lower() == MARK_NAME and value}:
        text = text.replace(mark.encode("utf-8", "replace"), b"-" * len(mark))
    return text


def carried(found: Properties, digest: Callable[[], bytes], microsoft: frozenset[str] = frozenset()) -> Carried:
    """`digest` of the content is asked only where a mark has to be held against it; `microsoft` are ids that were found
    elsewhere in the document. Raises NoLabelError for too many properties.
    """
    words: list[str] = []
    marks: list[str] = []
    ids = set(microsoft)
    every = list(islice(found, MOST + 1))
    if len(every) > MOST:
        raise NoLabelError(WhyNoLabel.TOO_LARGE, f"the document has more than {MOST} properties")
    for name, value in every:
        lower = name.lower() if len(name) <= _LONGEST_NAME else ""
        if lower == NAME:
            words.append(value[:LONGEST_MARK])
        elif lower == MARK_NAME:
            marks.append(value[: LONGEST_MARK + 1])
        elif (shape := _MICROSOFT.fullmatch(lower)) and value.strip().lower() in {"true", "1"}:
            ids.add(shape[1])
    return Carried(tuple(words), tuple(marks), digest() if marks else b"", frozenset(ids))
