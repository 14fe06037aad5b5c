from __future__ import annotations

from itertools import count

from limen.clock import HOUR
from limen.company.company import Company
from limen.company.load import load_company
from limen.demo import harbor
from limen.web.console.drafts import LIVES, MOST, MOST_EACH, Drafts

COMPANY: Company = load_company(harbor.folder())


def drafts() -> Drafts:
    numbers = count(1)
    return Drafts(lambda: f"d{next(numbers)}")


def test_a_draft_is_its_authors_and_gone_once_dropped() -> None:
    kept = drafts()
    draft = kept.keep("ada", "said", "r1", COMPANY, "/console/policies", HOUR)
    assert kept.of(draft.id, "ada") is draft
    assert kept.of(draft.id, "ben") is None
    kept.drop(draft.id)
    kept.drop(draft.id)
    assert kept.of(draft.id, "ada") is None


def test_the_oldest_make_room() -> None:
    kept = drafts()
    for _ in range(MOST_EACH + 1):
        kept.keep("ada", "said", "r1", COMPANY, "/", HOUR)
    assert kept.of("d1", "ada") is None
    assert kept.of("d2", "ada") is not None
    for number in range(MOST):
        kept.keep(f"p{number}", "said", "r1", COMPANY, "/", HOUR)
    assert kept.of("d2", "ada") is None
    assert kept.of(f"d{MOST_EACH + 1 + MOST}", f"p{MOST - 1}") is not None


def test_a_day_later_they_are_forgotten() -> None:
    kept = drafts()
    kept.keep("ada", "said", "r1", COMPANY, "/", HOUR)
    kept.keep("ben", "said", "r1", COMPANY, "/", HOUR + LIVES + 1)
    assert kept.of("d1", "ada") is None
