"""Passwords: which may be used, and Argon2id in a small pool of its own that never piles up."""

from __future__ import annotations

import asyncio
import os
import secrets
import threading
import unicodedata
from base64 import b64encode
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from itertools import pairwise
from typing import TYPE_CHECKING

from limen.identity.errors import BusyError, UnfitError

if TYPE_CHECKING:
    from argon2 import PasswordHasher

MEMORY_KIB, PASSES, LANES = 19 * 1024, 2, 1
"""OWASP's first choice for Argon2id (RFC 9106): 19 MiB, two passes, one lane."""

MIN_LENGTH, MAX_LENGTH = 12, 128
_MAX_WAITING = 16
_NICENESS = 10
_COMMON = ("password", "passwort", "letmein", "welcome", "willkommen", "iloveyou", "administrator", "changeme",
           "geheim", "secret", "monkey", "dragon", "football", "sunshine", "qwertyuiop", "qwertzuiop", "asdfghjkl",
           "zxcvbnm", "1q2w3e4r5t6z", "1q2w3e4r5t6y", "abcdefghijklmnopqrstuvwxyz", "01234567890")  # fmt: skip
_LOOKS_LIKE = str.maketrans("04@31!5$7|", "oaaeliss" + "ti")


def canonical_password(text: str) -> str:
    """NFKC, so that every keyboard and system types the same password (NIST SP 800-63B-4 section 3.1.1.2)."""
    return unicodedata.normalize("NFKC", text)


def judge_password(text: str, about: Iterable[str] = ()) -> str:
    """The canonical password if it may be used.

    Length is what counts (NIST SP 800-63B-4 section 3.1.1.2): 12 to 128 characters, no demand for kinds of them. What
    anybody would guess first is refused: common words, runs, few different characters, and what `about` says of the
    person and the company. Raises UnfitError.
    """
    if len(text) > 4 * MAX_LENGTH:
        raise UnfitError("password", "The password is too long", "use at most {most} characters", most=MAX_LENGTH)
    password = canonical_password(text)
    if not MIN_LENGTH <= len(password) <= MAX_LENGTH:
        raise UnfitError(
            "password",
            "The password must have {least} to {most} characters",
            "a few words in a row are easy to remember and hard to guess",
            least=MIN_LENGTH,
            most=MAX_LENGTH,
        )
    rest = _without_guessable(password.casefold(), about)
    if len(rest) < MIN_LENGTH // 2 or len(set(password.casefold())) < 5:
        raise UnfitError(
            "password",
            "This password is easy to guess",
            "use a few words unrelated to you or the company",
        )
    return password


def _without_guessable(password: str, about: Iterable[str]) -> str:
    """What is left of the password when everything guessable in it is taken away."""
    names = {part for text in about for part in _words(text) if len(part) >= 3}
    plain = password.translate(_LOOKS_LIKE)
    for word in sorted({*_COMMON, *names}, key=len, reverse=True):
        password = password.replace(word, "") if word in password else password
        plain = plain.replace(word.translate(_LOOKS_LIKE), "")
    return min(_without_runs(password), _without_runs(plain), key=len)


def _words(text: str) -> list[str]:
    return "".join(c if c.isalnum() else " " for c in text.casefold()).split()


def _without_runs(text: str) -> str:
    """Drop characters that continue a run: aaaa, 1234, dcba."""
    kept = text[:1]
    for before, character in pairwise(text):
        if abs(ord(character) - ord(before)) > 1:
            kept += character
    return kept


class Passwords:
    """Hashes and checks. One thread per two cores, at low priority; at most sixteen wait, then it says busy."""

    def __init__(self, threads: int = 0, max_waiting: int = _MAX_WAITING) -> None:
        threads = threads or max(1, (os.cpu_count() or 2) // 2)
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="argon2", initializer=_be_nice)
        self._in_flight = 0
        self._counting = threading.Lock()
        self._most_in_flight = threads + max_waiting
        self._nobodys = _hash_of_nobody()
        self.checks = 0

    async def hash(self, password: str) -> str:
        """The Argon2id hash of a password, in PHC form. Raises BusyError."""
        return await self._in_pool(_hash, password)

    async def holds(self, stored: str | None, password: str) -> bool:
        """Whether the password hashes to `stored`. None costs exactly as much and is always False.

        Raises BusyError.
        """
        matched = await self._in_pool(_verify, stored or self._nobodys, password)
        self.checks += 1
        return matched == "yes" and stored is not None

    def close(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)

    async def _in_pool(self, work: Callable[..., str], *arguments: str) -> str:
        with self._counting:
            if self._in_flight >= self._most_in_flight:
                raise BusyError
            self._in_flight += 1
        running = self._pool.submit(work, *arguments)
        running.add_done_callback(self._ended)
        return await asyncio.wrap_future(running)

    def _ended(self, _running: Future[str]) -> None:
        """Counts work that ended, not callers that waited: a caller who went away leaves its hash running."""
        with self._counting:
            self._in_flight -= 1


def _be_nice() -> None:
    """Let requests go first. On Linux a thread has a priority of its own; elsewhere this does nothing."""
    with suppress(OSError, AttributeError):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICENESS)


def _hasher() -> PasswordHasher:
    from argon2 import PasswordHasher  # noqa: PLC0415 -- heavy

    return PasswordHasher(time_cost=PASSES, memory_cost=MEMORY_KIB, parallelism=LANES)


def _hash(password: str) -> str:
    return _hasher().hash(canonical_password(password))


def _verify(stored: str, password: str) -> str:
    from argon2.exceptions import VerificationError  # noqa: PLC0415 -- heavy

    try:
        _hasher().verify(stored, canonical_password(password)[: 4 * MAX_LENGTH])
    except VerificationError:
        return "no"
    return "yes"


def _hash_of_nobody() -> str:
    """A hash with our parameters that no password has: random bytes, put together without hashing anything."""
    salt, digest = (b64encode(secrets.token_bytes(size)).decode().rstrip("=") for size in (16, 32))
    return f"$argon2id$v=19$m={MEMORY_KIB},t={PASSES},p={LANES}${salt}${digest}"
