"""`Link` headers (RFC 8288), as far as vendors page by them."""

from __future__ import annotations

import re
from typing import Final

_LINK: Final = re.compile(r'<([^<>\s]{1,8000})>((?:\s*;\s*[\w-]{1,30}\s*=\s*(?:"[^"]{0,200}"|[^\s",;]{1,200})){0,10})')
_NEXT: Final = re.compile(r';\s*rel\s*=\s*"?next"?\s*(?:;|$)')
_LONGEST: Final = 20_000


def next_link(header: str) -> str:
    """The address of the next page; "" where there is none."""
    for address, parameters in _LINK.findall(header[:_LONGEST]):
        if _NEXT.search(parameters):
            return str(address)
    return ""
