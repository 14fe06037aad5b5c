"""What can go wrong with a backup, each with what to do about it."""

from __future__ import annotations

from limen.errors import LimenError


class BackupError(LimenError):
    """The root of the errors of backup, restore and upgrade."""


class BackupBusyError(BackupError):
    """Another backup, restore or upgrade is under way, or the server runs where it must not."""


class BackupUnfitError(BackupError):
    """The file can't be restored: damaged, tampered with, newer than this Limen, or no backup at all."""


class NotEmptyError(BackupError):
    """Something lies where a restore would put its own."""


class RehearsalFailedError(BackupError):
    """What was tried on a copy did not hold; nothing was changed."""
