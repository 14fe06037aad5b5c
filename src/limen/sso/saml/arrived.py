"""A message as it came, before anything of it was read."""

from __future__ import annotations

from dataclasses import dataclass


class WrongMessageError(ValueError):
    """A message that is not taken. The text says why, for the people who run the app."""


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
