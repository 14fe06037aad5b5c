"""What tells that there is something to undo in a text, cheaply, beside all else that Hyperscan looks for.

Ordinary text has none of these: no encoder of addresses encodes letters and digits, and hardly anybody writes a Latin
letter next to a Cyrillic one. Long runs of letters are everywhere; they count where they decode to text.
"""

from __future__ import annotations

from typing import Final

from limen.data.normalising.decoding import RUN, decoded_text

ENCODED_RUN: Final = rb"(?:^|[^A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{%d}" % RUN
"""The beginning of what may be base 64. It has to be looked at (`is_hint`)."""

HINTS: Final = (
    ENCODED_RUN,
    rb"(?:[\x20-\x7e]\x00){8}|(?:\x00[\x20-\x7e]){8}|(?:[\x20-\x7e]\x00{3}){6}|(?:\x00{3}[\x20-\x7e]){6}",
    rb"\xe2\x80[\x8b-\x8f]|\xe2\x81\xa0|\xc2\xad|[!-~]\xef\xbb\xbf",  # what has no width
    rb"\xef\xbc[\x90-\x99\xa1-\xba]|\xef\xbd[\x81-\x9a]",  # full width
    rb"\xd9[\xa0-\xa9]|\xdb[\xb0-\xb9]|\xf0\x9d[\x90-\x9f]|\xe2\x82[\x80-\x89]|\xe2\x91[\xa0-\xa8]",  # other digits
    rb"[A-Za-z][\xce-\xd1][\x80-\xbf]|[\xce-\xd1][\x80-\xbf][A-Za-z]",  # Greek or Cyrillic within a word
    rb"\d(?:\xc2\xa0|\xe2\x80[\x80-\x95\xaf]|\xe2\x88\x92)\d",  # other spaces and dashes within a number
    rb"&#(?:[xX][0-9a-fA-F]{2,6}|\d{2,7});|&(?:shy|zwj|zwnj|commat|period);|\d&nbsp;\d",
    rb"%(?:3\d|[46][1-9a-fA-F]|[57][0-9aA])|\d%2[0dD]\d|[A-Za-z0-9]%40[A-Za-z]|\d{4}\+\d{4}\+\d",
    rb"\\u00[2-7][0-9a-fA-F]",
)
"""Each tells once where what it stands for begins; `ENCODED_RUN` once for each run."""


def is_hint(hint: int, text: bytes, end: int) -> bool:
    """Whether what ends there has to be undone: `hint` is its place among `HINTS`."""
    return HINTS[hint] is not ENCODED_RUN or decoded_text(text[max(0, end - RUN) : end]) is not None
