"""Which element an XML file begins with: that says what it is, whatever the file is called."""

from __future__ import annotations

import re
from typing import Final

from limen.data.extraction.plain import encoding_of

NO_ROOT: Final = "?"
"""Where it begins like XML, and no element comes: nobody writes remarks of such a length before all else."""
_BEFORE: Final = re.compile(r"(?s)(?:\s+|<\?.*?\?>|<!--.*?-->|<![A-Z][^<>\[]*>)+")
_ROOT: Final = re.compile(r"<([^\s/>!?]+)")


def root_of(start: bytes) -> str:
    """The name of the first element of what begins so, without its prefix; "" where it is no XML."""
    encoding = encoding_of(start)
    text = start.decode(encoding, "replace").lstrip("\ufeff") if encoding else ""
    if not text.lstrip().startswith("<"):
        return ""
    before = _BEFORE.match(text)
    root = _ROOT.match(text, before.end() if before else 0)
    return root[1].rpartition(":")[2] if root else NO_ROOT
