"""What tells that there is something to undo in a text, cheaply, beside all else that Hyperscan looks for.

Ordinary text has none of these: no encoder of addresses encodes letters and digits, and hardly anybody writes a Latin
letter next to a Cyrillic one. Long runs of letters are everywhere; they count where they decode to text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Final

from limen.data.normalising.decoding import RUN, decoded, has_a_text, holds_text
from limen.data.normalising.folding import OTHER_DIGITS

_ANY: Final = rb"[A-Za-z0-9+/_-]"
_OF_ASCII: Final = (
    rb"[CDI-Za-f][ACDEFGHQSTUVWXgi-nwyz0-3](?:[BFJNRVZdhlptx159]%s|[AEIMQUYcgkosw048/_-][g-z0-9+/_JKN-])" % _ANY
)
_OF_UTF_16: Final = rb"[CDI-Za-f][AQgw][AB]%s" % _ANY, rb"A[AC-H][AEIMQUYcgkosw048]A"
ENCODED_TEXT: Final = rb"(?:%s){3}|%s%s%s|%s%s%s" % (_OF_ASCII, *_OF_UTF_16, *_OF_UTF_16, *_OF_UTF_16)
"""Three groups of base 64 that hold printable ASCII, or such with a zero beside each letter, as in UTF-16. A group is
four letters for three bytes, and the upper bit of each byte is zero. Numbers, names and digests hardly ever look so;
where something does, `is_hint` decodes it.
"""

_BEGINNING: Final = rb"(?:[A-Za-z]{0,2}\d{2}|[A-Za-z0-9_-]{12})"
"""Numbers, and what is as long as a key, begin so."""


def _ranges(characters: Iterable[str]) -> Iterator[bytes]:
    """Characters in UTF-8, as expressions: those that differ in their last byte alone are one."""
    for begin, last in groupby(sorted(one.encode() for one in characters), key=lambda one: one[:-1]):
        yield re.escape(begin) + b"[" + b"".join(re.escape(one[-1:]) for one in last) + b"]"


HINTS: Final = (
    ENCODED_TEXT,
    rb"(?:[\x20-\x7e]\x00){8}|(?:\x00[\x20-\x7e]){8}|(?:[\x20-\x7e]\x00{3}){6}|(?:\x00{3}[\x20-\x7e]){6}",
    rb"\xe2\x80[\x8b-\x8f\xaa-\xae]|\xe2\x81[\xa0-\xaf]|\xc2\xad|[!-~](?:\xef\xbb\xbf|\xcd\x8f|\xf3\xa0)",  # no width
    rb"\xef\xbc[\x90-\x99\xa1-\xba]|\xef\xbd[\x81-\x9a]",  # full width
    rb"(?:%s){3}" % rb"|".join(_ranges(OTHER_DIGITS)),
    rb"[A-Za-z][\xce-\xd1][\x80-\xbf]|[\xce-\xd1][\x80-\xbf][A-Za-z]",  # Greek or Cyrillic within a word
    rb"\d(?:[\xc2-\xf4][\x80-\xbf]{1,3}){1,8}\d",  # spaces, dashes, digits and marks within a number
    rb"&#(?:[xX][0-9a-fA-F]{2,6}|\d{2,7});|&(?:shy|zwj|zwnj|commat|period);|\d&nbsp;\d",
    rb"%(?:3[\daAdD]|[46][1-9a-fA-F]|[57][0-9aA])|\d%2[0dD]\d|[A-Za-z0-9]%40[A-Za-z]|\d{4}\+\d{4}\+\d",
    rb"\\u00[0-7][0-9a-fA-F]",
    rb"(?:%%[0-9a-fA-F]{2}|\\[nrtbf/])%s" % _BEGINNING,  # its last letter would be taken for one of what follows
    rb"\\[\"']\s{0,3}[:=]",  # JSON within a text
)
"""Each tells once where what it stands for begins; `ENCODED_TEXT` wherever there may be text."""
_GROUPS: Final = 12
"""So many bytes are told of by `ENCODED_TEXT`."""
_ALPHABET: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/_-"


def is_hint(hint: int, text: bytes, end: int) -> bool:
    """Whether what ends there has to be undone: `hint` is its place among `HINTS`."""
    if HINTS[hint] is not ENCODED_TEXT:
        return True
    begin = max(0, end - _GROUPS)
    before, behind = text[max(0, begin - RUN) : begin], text[end : end + 2 * RUN]
    before = before[len(before.rstrip(_ALPHABET)) :]
    behind = behind[: len(behind) - len(behind.lstrip(_ALPHABET))]
    if len(before) + _GROUPS + len(behind) < RUN:
        return False
    groups = (max(RUN - _GROUPS - len(behind), 0) + 3) // 4  # of those before it, as many as make a run of it
    beside = before[len(before) % 4 :][-4 * groups :] if groups else b""
    # The groups that were told of are text by themselves: what stands beside them tells a digest from text.
    return holds_text(decoded(beside + behind)) or has_a_text(decoded(beside + text[begin:end] + behind))
