"""Labels of objects in S3 and what speaks like it: two tags beside those that are there.

Tags hold letters, digits, spaces and `+-=._:/@`, at most 256 of them, and an object has ten at the most (Amazon S3 user
guide, "Categorizing your objects using tags"). The digest is of the object's bytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from limen.data.labels import properties
from limen.data.labels.model import MARK_NAME, NAME, OURS, Carried, NoLabelError, WhyNoLabel

MOST_TAGS: Final = 10


def read(tags: Mapping[str, str], content: bytes) -> Carried:
    """`content` is SHA-256 of the object; b"" where it was not fetched: then no mark is proven."""
    return properties.carried(tags.items(), lambda: content)


def write(tags: Mapping[str, str], word: str, mark: str) -> dict[str, str]:
    """All tags that the object has then. Raises NoLabelError where others leave no room."""
    kept = {name: value for name, value in tags.items() if name.lower() not in OURS}
    new = kept | {name: value for name, value in ((NAME, word), (MARK_NAME, mark)) if value}
    if len(new) > MOST_TAGS:
        raise NoLabelError(WhyNoLabel.NO_ROOM, f"the object has {len(kept)} tags already, and {MOST_TAGS} are allowed")
    return new
