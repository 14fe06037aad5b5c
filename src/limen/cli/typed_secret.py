"""A secret that somebody types, unseen, or pipes in: never an argument, which other people's `ps` would show."""

from __future__ import annotations

import sys
from typing import Final

import typer

from limen.errors import LimenError

LONGEST: Final = 1_000


def typed_secret(what: str) -> str:
    """What was typed at the terminal, or came by standard input. Raises LimenError where that is no secret."""
    secret = str(typer.prompt(what, hide_input=True)) if sys.stdin.isatty() else sys.stdin.read(LONGEST + 2).strip()
    if not 0 < len(secret) <= LONGEST or not secret.isprintable():
        raise LimenError(f"that is no {what.lower()}", "paste the one value that the service showed, in one line")
    return secret
