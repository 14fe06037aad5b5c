"""Which passwords may be used, and that hashing them never piles up."""

from __future__ import annotations

import asyncio
import threading
import unicodedata
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
import zxcvbn_rs_py

from limen.identity.errors import BusyError, UnfitError
from limen.identity.hashing import Hashing
from limen.identity.passwords import Passwords, blocklist, judge_password

GOOD = "tidal marble lantern fox"


@pytest.mark.parametrize("password", [GOOD, "Schiffsjungen-Kaffee?", "x9#Lq2!vTz7w", "日本の港は朝が早いですよね"])
def test_long_and_unusual_is_enough(password: str) -> None:
    assert judge_password(password, ("Ada Harbor", "ada@harbor.example")) == password


@pytest.mark.parametrize(
    "password",
    [
        "short",
        "elevenchars",
        "a" * 129,
        "x" * 100_000,
        "aaaaaaaaaaaaaaaa",
        "abcabcabcabcabc",
        "123456789012345",
        "password12345",
        "P@ssw0rd2026!",
        "passwordpassword",
        "Welcome123456",
        "harbor-ada-2026",
        "ADAHARBORADA1",
        "qwertyuiop123",
        "qwertzuiop123",
        "willkommen2026!",
        "Fruehling2026!",
        "Frühling-2026!",
        "Harbor2026!!!!",
        "ada.harbor.ada",
        "sommerwinterherbst",
        "1q2w3e4r5t6z",
        "24.12.1987 1987",
    ],
)
def test_what_anybody_would_guess_first_is_refused(password: str) -> None:
    with pytest.raises(UnfitError) as refused:
        judge_password(password, ("Ada Harbor", "ada@harbor.example", "Harbor"))
    assert refused.value.field == "password"
    assert password not in str(refused.value)


def test_it_says_what_to_do_and_tells_names_from_what_everybody_uses() -> None:
    said = {}
    for password in ("short", "x" * 600, "lantern-lantern-lantern", "harbor-ada-2026-ada", "kestrel kestrel kes"):
        with pytest.raises(UnfitError) as refused:
            judge_password(password, ("Ada Harbor",), ("kestrel",))
        said[password] = (refused.value.what, refused.value.fix)
    assert all(fix for _, fix in said.values())
    short, long, usual, own, of_the_company = said.values()
    assert len({short, long, usual, own}) == 4
    assert of_the_company == own


@pytest.mark.parametrize("password", ["Kestrel 27 Quayside", "quayside-kestrel"])
def test_a_company_names_words_of_its_own(password: str) -> None:
    assert judge_password(password) == password
    with pytest.raises(UnfitError):
        judge_password(password, (), ("Kestrel", "Quayside"))


@pytest.mark.parametrize("size", [513, 1_000_000])
def test_what_is_too_long_costs_nothing(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    looked_at: list[str] = []
    monkeypatch.setattr(zxcvbn_rs_py, "zxcvbn", lambda text, _known: looked_at.append(text))
    monkeypatch.setattr(unicodedata, "normalize", lambda _form, text: looked_at.append(text) or text)
    with pytest.raises(UnfitError):
        judge_password("\ufdfa" * size)
    assert looked_at == []


def test_what_is_estimated_is_short_and_has_few_substitutes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both bound what the estimator may cost: it tries every combination of substitutes in every part of a text."""
    looked_at: list[str] = []

    def estimated(text: str, known: list[str]) -> SimpleNamespace:
        looked_at.append(text)
        assert all(3 <= len(word) <= 128 for word in known)
        return SimpleNamespace(guesses_log10=12.0)

    monkeypatch.setattr(zxcvbn_rs_py, "zxcvbn", estimated)
    for password in (GOOD * 5, "4@8({[<3361|17150$5+2%" * 5, "P@ssw0rd" * 3):
        judge_password(password, ("", "Al", "Ada " * 999, "x" * 999))
    assert [len(text) for text in looked_at[::2]] == [64, 64, 24], "each as a whole, and without one's own words"
    assert looked_at[2].isalnum()
    assert looked_at[4] == "p@ssw0rd" * 3


def test_the_blocklist_is_words_in_small_letters_each_once() -> None:
    words = blocklist()
    assert len(words) > 80
    assert len(set(words)) == len(words)
    assert all(word == word.casefold().strip() or "ß" in word for word in words)


def test_one_password_typed_on_two_systems_is_one_password() -> None:
    assert judge_password("Mu\u0308hle am Wasserfall") == judge_password("M\u00fchle am Wasserfall")


async def test_a_password_holds_against_its_own_hash_only() -> None:
    passwords = Passwords(processes=1)
    hashed = await passwords.hash(GOOD)
    assert hashed.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert await passwords.holds(hashed, GOOD)
    assert not await passwords.holds(hashed, GOOD + " ")
    passwords.close()


async def test_nobodys_password_never_holds_and_costs_a_whole_check() -> None:
    passwords = Passwords(processes=1)
    assert not await passwords.holds(None, "")
    assert not await passwords.holds(None, GOOD)
    assert passwords.checks == 2
    hashed = await passwords.hash(GOOD)
    assert passwords._nobodys.rsplit("$", 2)[0] == hashed.rsplit("$", 2)[0]  # the same work, parameter by parameter
    assert len(passwords._nobodys) == len(hashed)
    passwords.close()


@pytest.fixture
def may_end(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Until it is set, no check of a password ends, however slowly the loop has its turns."""
    may_end, do = threading.Event(), Hashing.do

    def held(self: Hashing, stored: str, password: str) -> str:
        may_end.wait(60)
        return do(self, stored, password)

    monkeypatch.setattr(Hashing, "do", held)
    yield may_end
    may_end.set()


async def test_more_than_may_wait_are_told_that_it_is_busy(may_end: threading.Event) -> None:
    passwords = Passwords(processes=1, max_waiting=2)
    asking = [asyncio.create_task(passwords.holds(None, "x")) for _ in range(10)]
    await asyncio.sleep(0)
    may_end.set()
    ended = await asyncio.gather(*asking, return_exceptions=True)
    assert sum(isinstance(each, BusyError) for each in ended) == 7
    assert [each for each in ended if not isinstance(each, BusyError)] == [False, False, False]
    assert not await passwords.holds(None, "x")  # and afterwards there is room again
    passwords.close()


async def test_a_caller_who_goes_away_frees_no_room_before_the_work_has_ended(may_end: threading.Event) -> None:
    passwords = Passwords(processes=1, max_waiting=0)
    waiting = asyncio.create_task(passwords.holds(None, "x"))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    with pytest.raises(BusyError):
        await passwords.holds(None, "x")
    may_end.set()
    await asyncio.wrap_future(passwords._pool.submit(int))  # there is one thread, and this comes after
    assert not await passwords.holds(None, "x")
    passwords.close()


async def test_no_password_is_hashed_in_a_thread_of_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("limen.identity.hashing.START_SECONDS", 60.0)
    monkeypatch.setattr("limen.identity.hashing.PATIENCE_SECONDS", 60.0)
    monkeypatch.setattr("limen.identity.hashing._here", lambda *_: pytest.fail("it was hashed here"))
    passwords = Passwords(processes=2)
    hashed = await passwords.hash(GOOD)
    held = await asyncio.gather(*(passwords.holds(hashed, GOOD) for _ in range(6)))
    assert held == [True] * 6
    passwords.close()


async def test_what_is_longer_than_any_password_reaches_no_hash_at_full_length(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen: list[int] = []
    monkeypatch.setattr(Hashing, "do", lambda _self, _stored, password: seen.append(len(password)) or "no")
    passwords = Passwords(processes=1)
    assert not await passwords.holds(None, "\ufdfa" * 512)
    assert seen == [512]
    passwords.close()
