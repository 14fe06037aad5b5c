"""What is wrong with sealed files."""

from __future__ import annotations

from limen.errors import LimenError


class SealedError(LimenError):
    """Something about a sealed file, its manifest or its keys is not as it must be. Nothing was written."""


def broken(name: str, what: str) -> SealedError:
    """A file that was cut, changed or put together from others."""
    return SealedError(f"{name} is damaged or was changed: {what}", "restore it from a backup")
