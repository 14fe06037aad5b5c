"""Argon2id with our parameters (RFC 9106), and nothing else: what the hashing process and the server have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from argon2 import PasswordHasher

MEMORY_KIB: Final = 19 * 1024
PASSES: Final = 2
LANES: Final = 1
"""OWASP's first choice for Argon2id: 19 MiB, two passes, one lane."""
YES: Final = "yes"
NO: Final = "no"


def hashed_or_verified(stored: str, password: str) -> str:
    """The hash of a canonical password in PHC form; or, with a `stored` one, `YES` or `NO`: whether it is that of it.

    Any text is a password, also one that no keyboard makes: whoever sends it must not end what hashes.
    """
    from argon2.exceptions import InvalidHashError, VerificationError  # noqa: PLC0415 -- heavy

    typed = password.encode("utf-8", "surrogatepass")
    if not stored:
        return _hasher().hash(typed)
    try:
        _hasher().verify(stored, typed)
    except (InvalidHashError, VerificationError):
        return NO
    return YES


def _hasher() -> PasswordHasher:
    from argon2 import PasswordHasher  # noqa: PLC0415 -- heavy

    return PasswordHasher(time_cost=PASSES, memory_cost=MEMORY_KIB, parallelism=LANES)
