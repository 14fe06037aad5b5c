"""The root of every error that Limen raises on purpose: what is wrong, and what to do about it."""

from __future__ import annotations


class LimenError(Exception):
    """Something a person can mend.

    `what` says what is wrong and where, `fix` what to do about it. Neither ever holds a secret. With `values`, both
    hold their names in braces; `unfilled` keeps them so, because a page looks its words up in another language.
    """

    def __init__(self, what: str, fix: str = "", **values: object) -> None:
        self.unfilled = (what, fix)
        self.values = values
        self.what = what.format(**values) if values else what
        self.fix = fix.format(**values) if values else fix
        super().__init__(f"{self.what}; {self.fix}" if fix else self.what)
