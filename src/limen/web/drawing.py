"""Marks and icons as SVG from pure functions: no style attributes and no scripts, so the strict policy holds."""

from __future__ import annotations

import re
import zlib
from typing import Final

from markupsafe import Markup

_STROKED: Final = {
    "permit": '<path d="M4.5 12.5l5 5 10-11"/>',
    "challenge": '<circle cx="8" cy="14.5" r="4"/><path d="M11 11.5l8-8M16 6.5l3 3"/>',
    "deny": '<path d="M6 6l12 12M18 6L6 18"/>',
    "open": '<circle cx="12" cy="12" r="7.5"/>',
    "unreached": '<path d="M6 12h12"/>',
    "heed": '<path d="M12 4l9 16H3zM12 10v4.5M12 17.3v.2"/>',
    "passkey": '<circle cx="9" cy="8" r="4"/><path d="M2.5 20c.5-4 3-6 6.5-6 1.5 0 2.8.4 3.8 1.1"/>'
    '<circle cx="17.5" cy="13" r="2.6"/><path d="M17.5 15.6V22l-1.5-1.5M17.5 19l1.5 1"/>',
    "overview": '<path d="M4 20V10l8-6 8 6v10M9.5 20v-6h5v6"/>',
    "decisions": '<path d="M4 6h3M4 12h3M4 18h3M11 6h9M11 12h9M11 18h9"/>',
    "policies": '<path d="M6 3h9l4 4v14H6zM14.5 3v4.5H19M9.5 12h6M9.5 16h6"/>',
    "people": '<circle cx="9" cy="8" r="3.5"/><path d="M2.5 20c.4-4 3-6 6.5-6s6.100 2 6.5 6M16 5a3.5 3.5 0 010 6.5'
    'M18 14.5c2 .8 3.2 2.600 3.5 5.5"/>',
    "apps": '<rect x="4" y="4" width="6.5" height="6.5" rx="1.5"/><rect x="13.5" y="4" width="6.5" height="6.5" '
    'rx="1.5"/><rect x="4" y="13.5" width="6.5" height="6.5" rx="1.5"/><rect x="13.5" y="13.5" width="6.5" '
    'height="6.5" rx="1.5"/>',
    "watch": '<path d="M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12z"/>'
    '<circle cx="12" cy="12" r="2.8"/>',
    "what-if": '<path d="M9 8.5a3 3 0 115 2.3c-1.2.9-2 1.6-2 3.2M12 17.5v.2"/><circle cx="12" cy="12" r="9"/>',
    "workloads": '<rect x="4" y="4" width="16" height="6.5" rx="2"/>'
    '<rect x="4" y="13.5" width="16" height="6.5" rx="2"/><path d="M8 7.2v.1M8 16.7v.1M12 7.2h4M12 16.7h4"/>',
    "devices": '<rect x="5" y="5" width="14" height="10" rx="1.5"/><path d="M2.5 18.5h19"/>',
    "doctor": '<path d="M3 12.5h4l2.5-7 4.5 13 2.5-6H21"/>',
    "settings": '<path d="M4 7h9M17 7h3M4 17h3M11 17h9"/><circle cx="15" cy="7" r="2"/><circle cx="9" cy="17" r="2"/>',
    "find": '<circle cx="10.5" cy="10.5" r="6.5"/><path d="M15.5 15.5L21 21"/>',
    "privacy": '<path d="M12 3l7.5 3v5.5c0 4.5-3 7.7-7.5 9.5-4.5-1.8-7.5-5-7.5-9.5V6z"/>',
    "backups": '<path d="M4 5h16v4H4zM5.5 9v10h13V9M10 13h4"/>',
    "time": '<circle cx="12" cy="12" r="8.5"/><path d="M12 7v5l3.5 2"/>',
    "onward": '<path d="M5 12h14M13 6l6 6-6 6"/>',
}


_PATH: Final = re.compile(r"[Mm][0-9. -][MLHVCSQTAZmlhvcsqtaz0-9., -]*")
"""The `d` of an SVG path: letters of commands and numbers, and nothing that could end it."""


def is_icon(name: str) -> bool:
    """Can `icon` draw this?"""
    return name in _STROKED or _PATH.fullmatch(name) is not None


def icon(name: str) -> Markup:
    """A line drawing for beside a word, by its name or as the `d` of a path in a square of 24; it says nothing to a
    screen reader. Raises KeyError where there is none.
    """
    drawn = f'<path d="{name}"/>' if name not in _STROKED and is_icon(name) else _STROKED[name]
    return Markup(
        '<svg width="24" height="24" viewBox="0 0 24 24" aria-hidden="true" fill="none" stroke="currentColor" '
        'stroke-width="2" stroke-linecap="round" stroke-linejoin="round">{}</svg>'
    ).format(Markup(drawn))  # noqa: S704 -- from the table above, or nothing but letters of commands and numbers


MARK = Markup(
    '<svg width="32" height="32" viewBox="0 0 32 32" aria-hidden="true">'
    '<path class="arch" d="M4 27V14a12 12 0 0124 0v13z"/>'
    '<path class="door" d="M11 27V15a5 5 0 0110 0v12z"/><path class="sill" d="M2 27h28v3H2z"/></svg>'
)


def monogram(name: str, kind: str = "") -> Markup:
    """Up to two letters of a name on a ground that is always the same for that name. `kind`: "" square or "round"."""
    words = [word for word in name.split() if word[0].isalnum()] or ["?"]
    letters = (words[0][0] + (words[-1][0] if len(words) > 1 else words[0][1:2])).strip()
    letters = letters.upper() if len(words) > 1 else letters.capitalize()
    radius = 22 if kind == "round" else 11
    return Markup(
        '<svg class="monogram h{} {}" viewBox="0 0 44 44" aria-hidden="true"><rect width="44" height="44" rx="{}"/>'
        '<text x="22" y="28" text-anchor="middle">{}</text></svg>'
    ).format(zlib.crc32(name.encode()) % 12, kind, radius, letters)
