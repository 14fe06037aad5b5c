"""Pictures: what they say, before and behind what they show."""

from __future__ import annotations

import pytest
from tests.data.extraction import made

from limen.data.documents import WhyNot
from limen.data.extraction.pictures import read_picture


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_remarks_and_exif_are_read_and_what_stands_behind(kind: str) -> None:
    data = made.picture(kind)
    assert made.finds(made.inspected(data)) >= {("card", "picture properties"), ("account", "picture properties")}
    _, inner, reasons = made.read_by(read_picture, data + b"\xff\xd9" + made.SEEN.encode())
    assert (inner, reasons) == ({"behind the picture": b"\xff\xd9" + made.SEEN.encode()}, set())


def test_a_picture_that_is_cut_is_broken() -> None:
    assert WhyNot.BROKEN in made.why_not(made.picture()[:-12])
