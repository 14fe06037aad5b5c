"""What may stand in a line that people are shown, and how the rest is made visible: escapes and turned text can lie."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_JOINERS: Final = frozenset("\u00ad\u200c\u200d\u200e\u200f")
"""Unseen characters that scripts need."""
_SPELLED: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
_LAYOUT: Final = frozenset("\n\t")
FORMULA: Final = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What a spreadsheet takes for the beginning of a formula, also where it is typed in full width."""


def is_printable(text: str) -> bool:
    """Whether a terminal or a page can show all of it as it is: no control, format, private or unassigned character."""
    return text.isprintable() or all(one.isprintable() or one in _JOINERS for one in text)


def one_line(text: str, longest: int) -> str:
    """The text with one space between words; "" where none is left, it can't be shown, or it exceeds `longest`."""
    line = " ".join(text.split())
    return line if len(line) <= longest and is_printable(line) else ""


def plain_word(text: str, longest: int = 40) -> str:
    """The text as small letters, digits and single dashes, as hosts and files are called: `Müller & Söhne` is
    `mueller-soehne`. German letters are spelled out, accents of others fall away; "" where nothing is left.
    """
    spelled = unicodedata.normalize("NFC", text).casefold().translate(_SPELLED)
    bare = "".join(one for one in unicodedata.normalize("NFKD", spelled) if not unicodedata.combining(one))
    return re.sub(r"[^a-z0-9]+", "-", bare).strip("-")[:longest].strip("-")


def visible(text: str) -> str:
    """The text with what could move a cursor or turn the writing escaped as in JSON; line ends and tabs stay."""
    if text.isprintable():
        return text
    return "".join(one if _is_harmless(one) else _escape(one) for one in text)


def no_formula(cell: str) -> str:
    """A cell for a list that a spreadsheet opens: what it could take for a formula or another cell stays a text."""
    is_moved = cell[:1].isspace() and cell[0] != " "  # a tab, or an end of a line of whatever script
    return f"'{cell}" if is_moved or cell.lstrip().startswith(FORMULA) else cell


def _is_harmless(char: str) -> bool:
    return char.isprintable() or char in _LAYOUT or char in _JOINERS or unicodedata.category(char) == "Zs"


def _escape(char: str) -> str:
    units = char.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{int.from_bytes(units[at : at + 2]):04x}" for at in range(0, len(units), 2))
