"""Every kind of document, by its content: the label comes back, and the text stays."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.data.labels.made import ALL, MARKS

from limen.data.labels import carriers
from limen.data.labels.marks import Marks
from limen.data.labels.model import MOST_BYTES, DocumentLabel, NoLabelError, Standing, WhyNoLabel
from limen.facts import Label

_SAID = DocumentLabel(Label.CONFIDENTIAL, 1_796_092_200_000, "p_1", Label.RESTRICTED)


@pytest.mark.parametrize("made", ALL.values(), ids=ALL)
def test_a_label_comes_back(made: Callable[[], bytes]) -> None:
    before = made()
    assert carriers.read(before).is_silent
    claim = MARKS.claim(carriers.read(carriers.write(before, _SAID, MARKS)), {})
    assert (claim.standing, claim.proven) == (Standing.PROVEN, _SAID)


@pytest.mark.parametrize("made", ALL.values(), ids=ALL)
def test_without_a_key_there_is_a_label_and_no_mark(made: Callable[[], bytes]) -> None:
    marked = carriers.write(made(), _SAID, MARKS)
    carried = carriers.read(carriers.write(marked, _SAID, Marks()))
    assert (carried.words, carried.marks) == (("confidential",), ())


@pytest.mark.parametrize("data", [b"", b"plain text", b"\x89PNG\r\n\x1a\n", b"a,b\n1,2\n"])
def test_what_has_no_room_says_so(data: bytes) -> None:
    with pytest.raises(NoLabelError) as refused:
        carriers.read(data)
    assert refused.value.why is WhyNoLabel.NO_ROOM


def test_what_is_too_large_is_not_looked_at() -> None:
    with pytest.raises(NoLabelError) as refused:
        carriers.read(bytes(MOST_BYTES + 1))
    assert refused.value.why is WhyNoLabel.TOO_LARGE
