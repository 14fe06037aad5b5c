"""The root of every error that Limen raises on purpose: what is wrong, and what to do about it."""

from __future__ import annotations


class LimenError(Exception):
    """Something a person can mend.

    `what` says what is wrong and where, `fix` what to do about it. Neither ever holds a secret.
    """

    def __init__(self, what: str, fix: str = "") -> None:
        super().__init__(f"{what}; {fix}" if fix else what)
        self.what = what
        self.fix = fix
