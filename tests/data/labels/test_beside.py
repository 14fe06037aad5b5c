"""Labels beside what they label: put with what is in it, and never more believed than those inside."""

from __future__ import annotations

import os
from hashlib import sha256
from pathlib import Path

import pytest
from tests.data.labels.made import MARKS

from limen.data.documents import Inspected
from limen.data.labels import extended_attributes, object_tags
from limen.data.labels.beside import Hashed, of_file, of_object, with_beside
from limen.data.labels.model import Carried, DocumentLabel, Standing
from limen.facts import Label

CONTENT = b"Harbor pays on the 27th"
DIGEST = sha256(CONTENT).digest()
LOWERED = DocumentLabel(Label.PUBLIC, 1_796_092_200_000, "", Label.RESTRICTED)
MARK = MARKS.made(LOWERED, DIGEST)


@pytest.mark.skipif(not extended_attributes.CAN_HOLD, reason="no extended attributes here")
def test_a_file_has_what_lies_beside_it(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(CONTENT)
    with (tmp_path / "a.csv").open("rb") as file:
        assert of_file(file.fileno()) is None
        extended_attributes.write(file.fileno(), LOWERED.label.word, MARK)
        said = of_file(file.fileno())
        assert said is not None
        assert MARKS.claim(said(DIGEST), {}).proven == LOWERED
        assert MARKS.claim(said(b""), {}).standing is Standing.CHANGED
        extended_attributes.write(file.fileno(), "internal", "")
        said = of_file(file.fileno())
        assert said is not None
        assert said(DIGEST) == Carried(("internal",))
    read, write = os.pipe()
    assert of_file(read) is None
    os.close(read)
    os.close(write)


def test_an_object_has_its_tags() -> None:
    assert of_object({"team": "finance"}) is None
    said = of_object(object_tags.write({"team": "finance"}, LOWERED.label.word, MARK))
    assert said is not None
    assert MARKS.claim(said(DIGEST), {}).proven == LOWERED


def test_beside_a_content_that_says_something_it_can_only_raise() -> None:
    said = Carried(("public",), (MARK,), DIGEST)
    silent, inside = Inspected("csv"), Inspected("docx", carried=Carried(("internal",)))
    assert with_beside(silent, None) is silent
    assert with_beside(silent, Carried()) is silent
    assert with_beside(silent, said).carried == said
    both = with_beside(inside, said)
    assert (both.carried, both.inside) == (inside.carried, (said,))
    assert MARKS.claim_of_all(both.carried, both.inside, {}).label is Label.INTERNAL


async def test_a_digest_is_of_all_of_a_body_or_none() -> None:
    async def pieces():
        yield CONTENT[:5]
        yield CONTENT[5:]

    whole, part = Hashed(pieces()), Hashed(pieces())
    assert b"".join([one async for one in whole.pieces()]) == CONTENT
    assert whole.digest == DIGEST
    async for _ in part.pieces():
        break
    assert part.digest == b""
