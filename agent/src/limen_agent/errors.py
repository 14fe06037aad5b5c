"""The root of every error that the agent raises on purpose: what is wrong, and what to do about it."""

from __future__ import annotations


class AgentError(Exception):
    """Something a person can fix. Neither part ever holds a secret."""

    def __init__(self, what: str, fix: str = "") -> None:
        self.what = what
        self.fix = fix
        super().__init__(f"{what}; {fix}" if fix else what)
