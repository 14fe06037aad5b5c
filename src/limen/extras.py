"""What people are told where Limen lacks a package that an extra of it brings."""

from __future__ import annotations

import sys


def how_to_install(extra: str) -> str:
    """The command for this very environment: a bare `pip` may be another's, as where pipx or uv installed Limen."""
    return f"run `{sys.executable} -m pip install 'limen[{extra}]'`, or see docs/how-to/install.md for pipx and uv"
