"""What is said to the log of whatever started this program."""

from __future__ import annotations

import sys
import urllib.error

from limen.enforcement.radius.limen_openvpn.told import NAME


def note(what: str) -> None:
    """For the log of whatever started this."""
    print(f"{NAME}: {what}", file=sys.stderr, flush=True)


def named(wrong: Exception) -> str:
    """An error without what Limen or a client said in it."""
    return f"HTTP {wrong.code}" if isinstance(wrong, urllib.error.HTTPError) else type(wrong).__name__
