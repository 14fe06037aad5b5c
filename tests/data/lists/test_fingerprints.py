"""Documents by their fingerprints."""

from __future__ import annotations

import pickle
from random import Random

import pytest
from tests.data.planted import KEY

from limen.data.lists.fingerprints import (
    WINDOW,
    WORDS,
    FingerprintMaker,
    FingerprintMatcher,
    Fingerprints,
    fingerprint_in,
    fingerprint_of,
)

_RANDOM = Random(7)
CONTRACT = [f"w{_RANDOM.randrange(10_000)}" for _ in range(1_000)]
OTHER = [f"v{_RANDOM.randrange(10_000)}" for _ in range(1_000)]


def _matcher(share: int = 20, passage: int = 150) -> FingerprintMatcher:
    documents = tuple(
        fingerprint_of(str(number), " ".join(one).encode(), KEY) for number, one in enumerate((CONTRACT, OTHER))
    )
    return FingerprintMatcher("contracts", Fingerprints(documents), KEY, share, passage)


def _found(words: list[str], matcher: FingerprintMatcher | None = None) -> int:
    search = (matcher or _matcher()).begin()
    search.feed(" ".join(words).encode())
    findings, is_more = search.end()
    assert not is_more
    return len({one.digest for one in findings})


def test_a_document_and_a_part_of_it_are_found() -> None:
    assert _found(CONTRACT) == 1
    assert _found(CONTRACT + OTHER) == 2
    assert _found(OTHER[300:600]) == 1
    assert _found([one.upper() + "," for one in CONTRACT]) == 1
    assert _found(["something", "else"] * 400) == 0


def test_how_much_is_enough_is_said() -> None:
    half = CONTRACT[:500]
    assert _found(half, _matcher(40, 5_000)) == 1
    assert _found(half, _matcher(80, 5_000)) == 0
    assert _found(CONTRACT[:120], _matcher(80, 60)) == 1
    assert _found(CONTRACT[:120], _matcher(80, 400)) == 0


def test_any_twelve_words_hold_a_fingerprint() -> None:
    """The promise of winnowing: of `WINDOW` runs that follow each other one is kept."""
    matcher, copied = _matcher(), WORDS + WINDOW - 1
    for at in range(0, len(CONTRACT) - copied, 7):
        search = matcher.begin()
        search.feed(" ".join(CONTRACT[at : at + copied]).encode())
        search.end()
        assert search._found


def test_words_put_in_between_break_few_runs() -> None:
    changed = [word for number, one in enumerate(CONTRACT) for word in ((one, "new") if number % 50 == 0 else (one,))]
    assert _found(changed, _matcher(60, 5_000)) == 1


def test_a_short_text_has_no_fingerprint() -> None:
    with pytest.raises(ValueError, match="50 words"):
        fingerprint_of("x", b"too short", KEY)


def test_another_key_gives_other_fingerprints() -> None:
    text = " ".join(CONTRACT).encode()
    ours, theirs = fingerprint_of("x", text, KEY).runs, fingerprint_of("x", text, KEY[::-1]).runs
    assert not {ours[at : at + 8] for at in range(0, len(ours), 8)} & {
        theirs[at : at + 8] for at in range(0, len(theirs), 8)
    }


def test_a_worker_gets_it_whole() -> None:
    assert _found(CONTRACT, pickle.loads(pickle.dumps(_matcher()))) == 1


def test_a_document_is_read_as_any_other_and_its_finds_are_its_fingerprints() -> None:
    text = " ".join(CONTRACT).encode()
    with FingerprintMaker(KEY).stream() as stream:
        for at in range(0, len(text), 97):
            stream.feed(text[at : at + 97])
        assert fingerprint_in("x", stream.end()) == fingerprint_of("x", text, KEY)
    assert not FingerprintMaker(KEY).text(b"too short").findings
