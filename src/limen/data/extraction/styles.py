"""Parts of Office documents that say how they look: large, the same in most documents, and still a place to hide text.

They are not parsed, which takes longer than all the rest, but searched for texts and for values of attributes.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Final

from limen.data.extraction.markup import DULL, SHORTEST, local

_PARTS: Final = re.compile(
    r"(?:word|xl|ppt)/(?:styles|stylesWithEffects|fontTable|webSettings|numbering|tableStyles|theme/theme\d*)\.xml"
)
_UTF_8: Final = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml(?:[^>]*encoding=[\"']utf-8[\"'])?[^>]*\?>)?\s*<", re.IGNORECASE
)
_OTHER_ENCODING: Final = re.compile(rb"[^>]*encoding=[\"'](?!utf-8)", re.IGNORECASE)
_SAID: Final = re.compile(
    r"""(?<![\w.:-])(?P<name>[\w.:-]++)\s*+=\s*+(?:"(?P<double>[^"]*+)"|'(?P<single>[^']*+)')
    | <!--(?P<remark>.*?)--> | <!\[CDATA\[(?P<data>.*?)\]\]> | <\?(?P<order>.*?)\?> | >(?P<text>[^<]++)""",
    re.DOTALL | re.VERBOSE,
)


_MOST_REMARKS: Final = 200
"""One that never ends is searched for its end from each beginning."""


def is_of_styles(name: str) -> bool:
    """Whether a part of this name says how a document looks."""
    return _PARTS.fullmatch(name) is not None


def said_in_styles(content: bytes) -> list[str] | None:
    """What is said in such a part, each thing once; None where it has to be parsed to know that."""
    start = content[:200]
    if not _UTF_8.match(start) or _OTHER_ENCODING.match(start) or b"<!DOCTYPE" in content:
        return None
    if sum(map(content.count, (b"<!--", b"<![", b"<?"))) > _MOST_REMARKS:
        return None
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    return list(dict.fromkeys(_said(text)))


def _said(text: str) -> Iterator[str]:
    for match in _SAID.finditer(text):
        name, double, single, *others = match.groups()
        if name:
            value = double or single or ""
            if len(value) < SHORTEST or local(name.rpartition(":")[2]).startswith(DULL):
                continue
        else:
            value = next(filter(None, others), "").strip()
        if value:
            yield html.unescape(value) if "&" in value else value
