"""What an issuer publishes, kept for a while."""

from __future__ import annotations

import pytest
from tests.web.conftest import MovableClock

from limen.clock import DAY, HOUR, MINUTE, SECOND
from limen.sso.upstream.fetching import IssuerError
from limen.sso.upstream.kept_documents import Document, KeptDocuments


class UnknownError(Exception):
    """No key at hand knows it."""


class Source:
    """A document that is numbered by how often it was read."""

    def __init__(self) -> None:
        self.read = 0
        self.is_down = False
        self.word = "slow"

    async def __call__(self) -> int:
        self.read += 1
        if self.is_down:
            raise IssuerError(self.word)
        return self.read


async def test_it_is_read_once_an_hour_and_counts_for_a_day() -> None:
    clock, source, document = MovableClock(1_000 * DAY), Source(), Document()
    documents = KeptDocuments(clock)
    assert [await documents.get(document, source) for _ in range(3)] == [1, 1, 1]
    clock.forward(HOUR)
    assert await documents.get(document, source) == 2
    source.is_down = True
    clock.forward(DAY - HOUR)
    assert await documents.get(document, source) == 2
    assert (documents.health.is_well, documents.health.word) == (False, "slow")
    clock.forward(HOUR)
    with pytest.raises(IssuerError):
        await documents.get(document, source)


async def test_one_that_is_down_is_asked_every_few_seconds() -> None:
    clock, source, document = MovableClock(1_000 * DAY), Source(), Document()
    documents, source.is_down = KeptDocuments(clock), True
    for _ in range(5):
        with pytest.raises(IssuerError):
            await documents.get(document, source)
    assert source.read == 1
    clock.forward(5 * SECOND)
    source.is_down = False
    assert await documents.get(document, source) == 2
    assert documents.health.is_well


async def test_newer_ones_are_wanted_at_most_once_a_minute() -> None:
    clock, source, document = MovableClock(1_000 * DAY), Source(), Document()
    documents = KeptDocuments(clock)
    await documents.get(document, source)
    assert not documents.want_newer(document)
    clock.forward(MINUTE)
    assert documents.want_newer(document)
    assert await documents.get(document, source) == 2
    assert not documents.want_newer(document)


async def test_what_no_key_at_hand_knows_is_held_against_new_ones_once() -> None:
    clock, source, document = MovableClock(1_000 * DAY), Source(), Document()
    documents, tried = KeptDocuments(clock), list[int]()

    def verify(key: int) -> str:
        tried.append(key)
        if key < 2:
            raise UnknownError
        return f"by {key}"

    async def keys() -> int:
        return await documents.get(document, source)

    with pytest.raises(UnknownError):
        await documents.verified(document, keys, verify, UnknownError)  # they were read just now
    clock.forward(MINUTE)
    assert await documents.verified(document, keys, verify, UnknownError) == "by 2"
    assert tried == [1, 1, 2]


async def test_keys_that_no_document_holds_are_tried_once() -> None:
    async def written() -> int:
        return tried.append(1) or 1

    def verify(_key: int) -> str:
        raise UnknownError

    documents, tried = KeptDocuments(MovableClock(1_000 * DAY)), list[int]()
    with pytest.raises(UnknownError):
        await documents.verified(Document(), written, verify, UnknownError)
    assert tried == [1]


@pytest.mark.parametrize("word", ["out-of-date", "another-issuer"])
async def test_what_an_issuer_says_is_over_counts_no_more(word: str) -> None:
    clock, source, document = MovableClock(1_000 * DAY), Source(), Document()
    documents = KeptDocuments(clock)
    await documents.get(document, source)
    clock.forward(HOUR)
    source.is_down, source.word = True, word
    for _ in range(2):
        with pytest.raises(IssuerError):
            await documents.get(document, source)
