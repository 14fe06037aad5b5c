"""Which browser on which system a `User-Agent` says it is: a claim, to be recognised by and never to be believed."""

from __future__ import annotations

from typing import Final

_BROWSERS: Final = (
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS: Final = (
    ("Windows", "windows"),
    ("Android", "android"),
    ("iPhone", "iphone"),
    ("iPad", "ipad"),
    ("Mac OS X", "macos"),
    ("Linux", "linux"),
)


def browser_of(user_agent: str) -> str:
    """`Firefox`; "" where it is none that is known."""
    return next((name for mark, name in _BROWSERS if mark in user_agent), "")


def system_of(user_agent: str) -> str:
    """Windows · android · iphone · ipad · macos · linux; "" where it is none of them."""
    return next((name for mark, name in _SYSTEMS if mark in user_agent), "")
