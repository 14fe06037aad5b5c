from __future__ import annotations

from itertools import count

import pytest

from limen.clock import HOUR, SetClock
from limen.company.company import Company
from limen.company.load import load_company
from limen.demo import harbor
from limen.errors import LimenError
from limen.storage.kept_briefly import KeptBriefly
from limen.web.console import drafts as module
from limen.web.console.drafts import LIVES, MOST_EACH, Draft, Drafts

COMPANY: Company = load_company(harbor.folder())


@pytest.fixture
def clock() -> SetClock:
    return SetClock(HOUR)


@pytest.fixture
def kept(clock: SetClock) -> KeptBriefly:
    return KeptBriefly.in_memory(clock)


@pytest.fixture
def drafts(kept: KeptBriefly) -> Drafts:
    numbers = count(1)
    return Drafts(kept, lambda: f"d{next(numbers)}")


def begun(author: str = "ada", at: int = HOUR) -> Draft:
    return Draft("", author, "said", "r1", COMPANY, "/console/policies", at, "/again", "why")


async def test_a_draft_is_its_authors_and_gone_once_dropped(drafts: Drafts) -> None:
    draft = await drafts.keep(begun())
    assert await drafts.of(draft.id, "ada") is draft
    assert [await drafts.of(wrong, who) for wrong, who in ((draft.id, "ben"), ("", "ada"), ("x", "ada"))] == [None] * 3
    await drafts.drop(draft.id)
    await drafts.drop(draft.id)
    assert await drafts.of(draft.id, "ada") is None
    assert draft.is_dropped


async def test_another_worker_has_it_as_well_until_it_is_dropped_anywhere(drafts: Drafts, kept: KeptBriefly) -> None:
    draft, elsewhere = await drafts.keep(begun()), Drafts(kept)
    there = await elsewhere.of(draft.id, "ada")
    assert there is not None
    assert await elsewhere.of(draft.id, "ada") is there
    told = (there.said, there.base, there.back, there.again, there.reason, there.made_at)
    assert told == ("said", "r1", "/console/policies", "/again", "why", HOUR)
    assert (there.company.revision, dict(there.company.files)) == (COMPANY.revision, dict(COMPANY.files))
    await elsewhere.drop(draft.id)
    assert await drafts.of(draft.id, "ada") is None
    assert draft.is_dropped


async def test_the_oldest_make_room(drafts: Drafts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST", 15)
    for _ in range(MOST_EACH + 1):
        await drafts.keep(begun())
    assert await drafts.of("d1", "ada") is None
    assert await drafts.of("d2", "ada") is not None
    for number in range(15):
        await drafts.keep(begun(f"p{number}"))
    assert await drafts.of("d2", "ada") is None
    assert await drafts.of(f"d{MOST_EACH + 16}", "p14") is not None


async def test_a_day_later_they_are_forgotten(drafts: Drafts, clock: SetClock) -> None:
    draft = await drafts.keep(begun())
    clock.forward(LIVES)
    assert await drafts.of(draft.id, "ada") is None
    assert draft.is_dropped


async def test_a_folder_that_is_too_large_is_refused(drafts: Drafts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LONGEST", 1_000)
    with pytest.raises(LimenError):
        await drafts.keep(begun())
