"""A secret that somebody types, unseen, or pipes in: never an argument, which other people's `ps` would show."""

from __future__ import annotations

import stat
import sys
from pathlib import Path
from typing import Final

import typer

from limen.errors import LimenError

LONGEST: Final = 1_000
LONGEST_FILE: Final = 16_000


def typed_secret(what: str) -> str:
    """What was typed at the terminal, or came by standard input. Raises LimenError where that is no secret."""
    secret = str(typer.prompt(what, hide_input=True)) if sys.stdin.isatty() else sys.stdin.read(LONGEST + 2).strip()
    if not 0 < len(secret) <= LONGEST or not secret.isprintable():
        raise LimenError(f"that is no {what.lower()}", "paste the one value that the service showed, in one line")
    return secret


def private_secret_in(file: Path) -> str:
    """As `secret_in`, of a file that nobody but its owner may read or change. Raises LimenError."""
    try:
        is_open = stat.S_IMODE(file.stat().st_mode) & 0o077 != 0
    except OSError:
        is_open = False  # it can't be read at all then
    if is_open:
        raise LimenError(f"others can read or change {file}", f"chmod 600 {file}")
    return secret_in(file)


def secret_in(file: Path) -> str:
    """What a file holds, such as a key: text of several lines. Raises LimenError where that is no secret."""
    try:
        with file.open("rb") as opened:
            secret = opened.read(LONGEST_FILE + 1).decode().strip()
    except (OSError, UnicodeDecodeError):
        raise LimenError(f"{file} can't be read as text", "name the file that the service gave you") from None
    is_plain = all(one.isprintable() for one in secret.splitlines())
    if not 0 < len(secret) <= LONGEST_FILE or not is_plain:
        raise LimenError(f"{file} holds no secret", "name the file that the service gave you")
    return secret
