"""Marks: short enough for every place, checked under today's key and earlier ones, of one content."""

from __future__ import annotations

import pytest

from limen.data.labels.marks import Marks
from limen.data.labels.model import Carried, DocumentLabel, Standing
from limen.facts import Label

_KEY, _OTHER = b"k" * 32, b"o" * 32
_CONTENT = bytes(range(32))
_SAID = DocumentLabel(Label.CONFIDENTIAL, 1_796_092_200_000, "p_" + "0" * 32, Label.RESTRICTED)


def _carried(mark: str, word: str = "confidential", content: bytes = _CONTENT) -> Carried:
    return Carried((word,), (mark,), content)


def test_what_was_said_comes_back() -> None:
    marks = Marks((_KEY,))
    claim = marks.claim(_carried(marks.made(_SAID, _CONTENT)), {})
    assert (claim.standing, claim.proven, claim.label) == (Standing.PROVEN, _SAID, Label.CONFIDENTIAL)


def test_a_mark_fits_into_a_tag_of_s3() -> None:
    mark = Marks((_KEY,)).made(_SAID, _CONTENT)
    assert len(mark) <= 256
    assert len(mark) == len(Marks((_KEY,)).blank(_SAID))
    assert all(one.isalnum() or one in " =:_-" for one in mark)


def test_a_mark_of_an_earlier_key_is_still_one() -> None:
    mark = Marks((_KEY,)).made(_SAID, _CONTENT)
    assert Marks((_OTHER, _KEY)).claim(_carried(mark), {}).standing is Standing.PROVEN
    assert Marks((_OTHER,)).claim(_carried(mark), {}).standing is Standing.FORGED


def test_another_content_is_told_from_a_forgery() -> None:
    marks = Marks((_KEY,))
    mark = marks.made(_SAID, _CONTENT)
    assert marks.claim(_carried(mark, content=bytes(32)), {}).standing is Standing.CHANGED
    assert marks.claim(_carried(mark.replace("at=2026", "at=2027")), {}).standing is Standing.FORGED


def test_an_altered_word_hides_nothing_that_the_mark_says() -> None:
    marks = Marks((_KEY,))
    claim = marks.claim(_carried(marks.made(_SAID, _CONTENT), "public"), {})
    assert (claim.standing, claim.label) == (Standing.FORGED, Label.CONFIDENTIAL)


def test_without_a_key_nothing_is_marked_or_proven() -> None:
    assert Marks().made(_SAID, _CONTENT) == ""
    assert Marks().claim(_carried(Marks((_KEY,)).made(_SAID, _CONTENT)), {}).standing is Standing.UNCHECKED
    assert Marks((_KEY,)).claim(Carried(("internal",)), {}).standing is Standing.UNMARKED


def test_whoever_set_it_is_an_opaque_id() -> None:
    with pytest.raises(ValueError, match="opaque"):
        Marks((_KEY,)).made(DocumentLabel(Label.PUBLIC, 0, "Ada Harbor <ada@harbor.example>"), _CONTENT)


def test_labels_of_other_tools_count_where_the_company_says_what_they_are() -> None:
    carried = Carried(microsoft=frozenset({"a", "b"}))
    assert Marks().claim(carried, {}).label is None
    assert Marks().claim(carried, {"a": Label.INTERNAL, "b": Label.RESTRICTED}).others is Label.RESTRICTED
    assert Marks().claim(Carried(is_company_confidential=True), {}).label is Label.CONFIDENTIAL


def test_what_is_packed_in_a_document_raises_it() -> None:
    marks = Marks((_KEY,))
    lowered = marks.made(_SAID, _CONTENT)
    packed = (Carried(("internal",)), Carried(("restricted",)), Carried())
    claim = marks.claim_of_all(_carried(lowered), packed, {})
    assert claim is not None
    assert (claim.label, claim.others, claim.proven) == (Label.RESTRICTED, Label.RESTRICTED, _SAID)
    assert marks.claim_of_all(None, (Carried(),), {}) is None
    assert (only := marks.claim_of_all(None, packed, {})) is not None
    assert only.label is Label.RESTRICTED
