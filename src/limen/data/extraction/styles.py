"""Parts of Office documents that say how they look: large, the same in most documents, and still a place to hide text.

They are not parsed, which takes longer than all the rest, but searched for texts and for values of attributes.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Final

from limen.data.extraction.markup import SHORTEST

_PARTS: Final = re.compile(
    r"(?:word|xl|ppt)/(?:styles|stylesWithEffects|fontTable|webSettings|numbering|tableStyles|theme/theme\d*)\.xml"
)
_UTF_8: Final = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml(?:[^>]*encoding=[\"']utf-8[\"'])?[^>]*\?>)?\s*<", re.IGNORECASE
)
_OTHER_ENCODING: Final = re.compile(rb"[^>]*encoding=[\"'](?!utf-8)", re.IGNORECASE)
_TEXT: Final = re.compile(rb"<(?:[\w.-]+:)?(?:t|p|r|si|row|c|v)[\s/>]")
"""Elements that hold what people write: a document may be called like what says how it looks."""
_SAID: Final = tuple(
    re.compile(one, re.DOTALL)
    for one in (
        rf'=\s*+"([^"]{{{SHORTEST},}}+)',
        rf"=\s*+'([^']{{{SHORTEST},}}+)",
        r">\s*+([^<\s][^<]*+)",
        r"<!--(.*?)-->",
        r"<!\[CDATA\[(.*?)\]\]>",
        r"<\?(.*?)\?>",
    )
)
"""Each begins with what is rare, so that it is looked for quickly."""
_MOST_REMARKS: Final = 200
"""One that never ends is searched for its end from each beginning."""


def is_of_styles(name: str) -> bool:
    """Whether a part of this name says how a document looks."""
    return _PARTS.fullmatch(name) is not None


def said_in_styles(content: bytes) -> list[str] | None:
    """What is said in such a part, each thing once; None where it has to be parsed to know that."""
    start = content[:200]
    if not _UTF_8.match(start) or _OTHER_ENCODING.match(start) or b"<!DOCTYPE" in content or _TEXT.search(content):
        return None
    if sum(map(content.count, (b"<!--", b"<![", b"<?"))) > _MOST_REMARKS:
        return None
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    return list(dict.fromkeys(_said(text)))


def _said(text: str) -> Iterator[str]:
    for expression in _SAID:
        for value in expression.findall(text):
            yield (html.unescape(value) if "&" in value else value).strip()
