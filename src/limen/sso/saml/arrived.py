"""A message as it came, before anything of it was read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from limen.facts import App


class WrongMessageError(ValueError):
    """A message that is not taken. The text says why, for the people who run the app. `app` is the id of the one that
    it says it is from, "" where that is none.
    """

    app = ""


@contextmanager
def from_app(app: App) -> Iterator[None]:
    """Whatever is wrong with a message in here is said to be of this app."""
    try:
        yield
    except WrongMessageError as wrong:
        wrong.app = app.id
        raise


@dataclass(frozen=True, slots=True)
class Arrived:
    """A message as it came. `name` is SAMLRequest or SAMLResponse.

    By HTTP-Redirect its signature is of the query: `signed` are the octets that it is of, "" where there is none.
    """

    name: str
    document: bytes
    binding: str
    relay_state: str = ""
    signed: bytes = b""
    algorithm: str = ""
    signature: bytes = b""
