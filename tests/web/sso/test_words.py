"""What pages of several protocols say alike is said in every language, as what and why."""

from __future__ import annotations

import pytest

from limen.messages import Language, catalogue
from limen.web.sso.words import NOT_UNDERSTOOD, OVER


@pytest.mark.parametrize("language", [one for one in Language if one is not Language.ENGLISH])
@pytest.mark.parametrize("words", [NOT_UNDERSTOOD, OVER])
def test_both_parts_are_translated(language: Language, words: tuple[str, str]) -> None:
    assert set(words) <= set(catalogue(language).messages)


@pytest.mark.parametrize("words", [NOT_UNDERSTOOD, OVER])
def test_the_second_part_goes_on_from_the_first(words: tuple[str, str]) -> None:
    what, why = words
    assert what[0].isupper()
    assert why[0].islower()
    assert not (what + why).endswith(".")
