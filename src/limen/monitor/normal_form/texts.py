"""Values of strangers as they may be kept: of bounded length, without what could move a cursor or begin a line."""

from __future__ import annotations

from functools import lru_cache
from ipaddress import ip_address
from typing import Final

from limen.printable import visible

LONGEST_RAW: Final = 256 << 10
"""Characters of an event as it came; what is longer is cut, and says so."""
LONGEST_VALUE: Final = 32 << 10
"""Characters of one value among its fields; a PowerShell script's part is no longer."""
LONGEST_COLUMN: Final = 4 << 10
"""Characters of one value that has a column."""
NOTHING: Final = frozenset({"", "-", "(null)", "N/A", "n/a", "None", "null"})
"""How sources write that there is nothing."""
_CONTROLS: Final = {code: f"\\u{code:04x}" for code in (*range(32), *range(127, 160)) if chr(code) not in "\n\t"}
"""All at once what `visible` does one by one: a megabyte of zeros must not take a second."""
_UNPRINTABLE: Final = bytes((*range(32), 127))
_LAYOUT: Final = str.maketrans({"\n": "\\n", "\t": "\\t"})
_LARGEST: Final = (1 << 53) - 1
"""Every whole number up to here is the same in JSON, in Parquet and in a browser."""


def has_no_controls(value: str) -> bool:
    """As `str.isprintable`, which asks Unicode of each character: of ASCII it is enough that it holds no controls."""
    if not value.isascii():
        return value.isprintable()
    return len(value.encode().translate(None, _UNPRINTABLE)) == len(value)


def text(value: str, longest: int = LONGEST_VALUE) -> str:
    """`value`, cut and shown: line ends and tabs stay, since scripts and messages have them."""
    if len(value) > longest:
        value = value[:longest]
    if value.isprintable():
        return value
    shown = value.replace("\r\n", "\n").translate(_CONTROLS)
    return (shown if shown.replace("\n", "").replace("\t", "").isprintable() else visible(shown))[:longest]


def line(value: object) -> str:
    """A value for a column, on one line; "" for what no text can be or means nothing."""
    if type(value) is str and len(value) <= LONGEST_COLUMN and value.isprintable():
        return "" if value in NOTHING else value
    if isinstance(value, list):
        value = ", ".join(one for one in value[:100] if isinstance(one, str))
    if not isinstance(value, str):
        return str(value).lower() if isinstance(value, int | float) else ""
    if value in NOTHING:
        return ""
    if len(value) > LONGEST_COLUMN:
        value = value[:LONGEST_COLUMN]
    return value if value.isprintable() else visible(value).translate(_LAYOUT).strip()


def number(value: object) -> int:
    """A whole number that is not negative, also written as text or in hexadecimal (`0x1f90`); else 0."""
    if isinstance(value, str):
        if len(value) > 18 or not value.isascii():
            return 0
        if value.isdecimal():
            found = int(value)
            return found if found <= _LARGEST else 0
        try:
            value = int(value, 16) if value[:2] in ("0x", "0X") else int(value)
        except ValueError:
            return 0
    if isinstance(value, float):
        value = int(value)
    return value if isinstance(value, int) and 0 <= value <= _LARGEST else 0


def port(value: object) -> int:
    """A port; 0 for what is none."""
    found = number(value)
    return found if found < 1 << 16 else 0


def address(value: object) -> str:
    """An address of IP as it is written canonically, without its port, brackets or zone; "" for what is none."""
    return _address(value) if isinstance(value, str) and 2 < len(value) < 64 else ""


@lru_cache(maxsize=16_384)
def _address(value: str) -> str:
    bare = value.strip()
    if bare.startswith("["):
        bare = bare[1:].partition("]")[0]
    elif bare.count(":") == 1:
        bare = bare.partition(":")[0]
    try:
        found = ip_address(bare.partition("%")[0])
    except ValueError:
        return ""
    mapped = getattr(found, "ipv4_mapped", None)
    return str(mapped or found)
