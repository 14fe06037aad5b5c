"""Passwords: which may be used, and that hashing them never piles up."""

from __future__ import annotations

import asyncio
import os
import secrets
import threading
import unicodedata
from base64 import b64encode
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from math import prod
from pathlib import Path
from queue import SimpleQueue

from limen.identity.argon2id import LANES, MEMORY_KIB, PASSES, YES
from limen.identity.errors import BusyError, UnfitError
from limen.identity.hashing import Hashing

MIN_LENGTH, MAX_LENGTH = 12, 128
_MAX_WAITING = 16
LEAST_GUESSES_LOG10 = 10.0
"""How many guesses a password must withstand, as a power of ten: what zxcvbn calls very unguessable. Each guess costs
19 MiB of memory, so a thief of the hashes is held up for long, and nobody online gets near.
"""
_ESTIMATED = 64
"""So many characters are looked at; more only make it harder to guess."""
_SUBSTITUTES = {"a": "4@", "c": "({[<", "g": "69", "i": "1!|", "l": "1|7", "s": "$5", "t": "+7"}
"""What the estimator reads as which letter, where more than one character may stand for it."""
_MOST_COMBINATIONS = 8
"""It tries each combination of them in every part of a text. With more it takes up to a second: symbols become letters.
"""
_WORD_LOG10 = 1.0
"""What a word about the person or the company adds, as a power of ten: nearly nothing, however often it is there."""
_SYMBOLS = str.maketrans("@({[<!|$+%", "accccii" + "stx")
_BLOCKLIST = Path(__file__).with_name("blocklist.txt")
_MOST_BLOCKED = 1_000


@cache
def blocklist() -> tuple[str, ...]:
    """The words that everybody's list begins with, the likeliest first."""
    lines = _BLOCKLIST.read_text("utf-8").splitlines()
    return tuple(line for line in lines if line and not line.startswith("#"))


def canonical_password(text: str) -> str:
    """NFKC, so that every keyboard and system types the same password (NIST SP 800-63B-4 section 3.1.1.2)."""
    return unicodedata.normalize("NFKC", text)


def judge_password(text: str, about: Iterable[str] = (), blocked: Iterable[str] = ()) -> str:
    """The canonical password if it may be used.

    Length is said before, 12 to 128 characters, and no kinds of characters are asked for (NIST SP 800-63B-4 section
    3.1.1.2). Then zxcvbn estimates how many guesses it withstands, by somebody who knows common passwords, keyboards,
    dates, our blocklist and the company's own (`blocked`), and what `about` says of the person and the company. What is
    too long is refused before anything looks at it. Raises UnfitError, which says what to do.
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
    own = [*_parts(about), *_parts(blocked)[:_MOST_BLOCKED]]
    rest = _without(password.casefold(), own)
    whole, other = (_guesses_log10(each, [*own, *blocklist()]) for each in (password, rest))
    if min(whole, other + _WORD_LOG10) >= LEAST_GUESSES_LOG10:
        return password
    if rest != password.casefold():
        raise UnfitError(
            "password",
            "This password is made of words that are easy to guess",
            "use a few words unrelated to you or the company",
        )
    raise UnfitError(
        "password",
        "This password is easy to guess",
        "avoid common words, dates and keyboard rows: four unrelated words work well",
    )


def _guesses_log10(password: str, known: list[str]) -> float:
    """How many guesses somebody needs who knows these words, as a power of ten. It takes milliseconds."""
    from zxcvbn_rs_py import zxcvbn  # noqa: PLC0415 -- its dictionaries take a while to load

    looked_at = password[:_ESTIMATED].casefold()
    if prod(max(1, len(set(chars) & set(looked_at))) for chars in _SUBSTITUTES.values()) > _MOST_COMBINATIONS:
        looked_at = looked_at.translate(_SYMBOLS)
    return zxcvbn(looked_at, known).guesses_log10


def _without(password: str, words: Iterable[str]) -> str:
    """What is left when these words are taken out, the longest first."""
    for word in sorted(words, key=len, reverse=True):
        password = password.replace(word, "")
    return password


def _parts(texts: Iterable[str]) -> list[str]:
    """The texts and the words in them, those of three letters and more, each once."""
    whole = [(text.casefold(), *_words(text)) for text in texts]
    return list(dict.fromkeys(part for parts in whole for part in parts if 3 <= len(part) <= MAX_LENGTH))


def _words(text: str) -> list[str]:
    return "".join(c if c.isalnum() else " " for c in text.casefold()).split()


class Passwords:
    """Hashes and checks, in processes of the lowest priority: one per two cores. At most sixteen wait for them, then it
    says busy.
    """

    def __init__(self, processes: int = 0, max_waiting: int = _MAX_WAITING) -> None:
        processes = processes or max(1, (os.cpu_count() or 2) // 2)
        self._pool = ThreadPoolExecutor(processes, thread_name_prefix="passwords")
        self._hashing = [Hashing() for _ in range(processes)]
        self._free = SimpleQueue[Hashing]()
        for one in self._hashing:
            self._free.put(one)
        self._in_flight = 0
        self._counting = threading.Lock()
        self._most_in_flight = processes + max_waiting
        self._nobodys = _hash_of_nobody()
        self.checks = 0

    async def hash(self, password: str) -> str:
        """The Argon2id hash of a password, in PHC form. Raises BusyError."""
        return await self._in_process("", password)

    async def holds(self, stored: str | None, password: str) -> bool:
        """Whether the password hashes to `stored`. None costs exactly as much and is always False.

        Raises BusyError.
        """
        matched = await self._in_process(stored or self._nobodys, password)
        self.checks += 1
        return matched == YES and stored is not None

    def rest(self) -> None:
        """End the processes that had nothing to do for long. Call it now and then."""
        for one in self._hashing:
            one.rest()

    def close(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)
        for one in self._hashing:
            one.close()

    async def _in_process(self, stored: str, password: str) -> str:
        with self._counting:
            if self._in_flight >= self._most_in_flight:
                raise BusyError
            self._in_flight += 1
        running = self._pool.submit(self._hashed, stored, password)
        running.add_done_callback(self._ended)
        return await asyncio.wrap_future(running)

    def _hashed(self, stored: str, password: str) -> str:
        """In a thread that waits. There is one for each process."""
        canonical = canonical_password(password)[: 4 * MAX_LENGTH]
        hashing = self._free.get()
        try:
            return hashing.do(stored, canonical)
        finally:
            self._free.put(hashing)

    def _ended(self, _running: Future[str]) -> None:
        """Counts work that ended, not callers that waited: a caller who went away leaves its hash running."""
        with self._counting:
            self._in_flight -= 1


def _hash_of_nobody() -> str:
    """A hash with our parameters that no password has: random bytes, put together without hashing anything."""
    salt, digest = (b64encode(secrets.token_bytes(size)).decode().rstrip("=") for size in (16, 32))
    return f"$argon2id$v=19$m={MEMORY_KIB},t={PASSES},p={LANES}${salt}${digest}"
