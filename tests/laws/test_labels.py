"""Laws of labels in documents: nothing but a proven reason lowers one, and no byte of a document escapes its mark."""

from __future__ import annotations

import re
from contextlib import suppress
from functools import cache
from io import BytesIO
from zipfile import ZipFile

from hypothesis import given, settings, strategies as st
from tests.data.labels.made import ALL, MARKS
from tests.dial import size

from limen.data.labels import carriers
from limen.data.labels.changing import change_of
from limen.data.labels.marks import Marks
from limen.data.labels.model import Carried, Claim, DocumentLabel, NoLabelError, Standing, label_in_force, raised
from limen.facts import Label

_LABELS = st.sampled_from(Label)
_MAYBE = st.none() | _LABELS
_CONTENT = bytes(32)


@cache
def _labelled(kind: str) -> bytes:
    return carriers.write(ALL[kind](), DocumentLabel(Label.INTERNAL, 1, "p_1", Label.RESTRICTED), MARKS)


def _rest(kind: str, data: bytes) -> dict[str, bytes]:
    """What is in a document beside the part that holds its label."""
    if kind == "eml":
        return {"body": re.split(rb"\r?\n\r?\n", data, maxsplit=1)[-1]}
    with ZipFile(BytesIO(data)) as archive:
        names = set(archive.namelist()) - {"docProps/custom.xml", "meta.xml"}
        return {name: archive.read(name) for name in names}


@settings(max_examples=size(2_000), deadline=None)
@given(
    words=st.lists(st.sampled_from([label.word for label in Label]) | st.text(max_size=12), max_size=3),
    mark=st.none() | st.builds(DocumentLabel, _LABELS, st.just(1), st.just("p_1"), _MAYBE),
    is_ours=st.booleans(),
    is_of_this=st.booleans(),
    microsoft=_MAYBE,
    content=_MAYBE,
)
def test_only_a_proven_reason_counts_below_the_content(
    words: list[str],
    mark: DocumentLabel | None,
    is_ours: bool,
    is_of_this: bool,
    microsoft: Label | None,
    content: Label | None,
) -> None:
    marks = MARKS if is_ours else Marks((b"another key, of somebody else....",))
    made = () if mark is None else (marks.made(mark, _CONTENT if is_of_this else b"\1" * 32),)
    ids = frozenset({"id"} if microsoft is not None else ())
    claim = MARKS.claim(Carried(tuple(words), made, _CONTENT, ids), {} if microsoft is None else {"id": microsoft})
    in_force = label_in_force(claim, content)
    assert raised(in_force, microsoft) == in_force
    if in_force is None or (content is not None and in_force < content):
        own = claim.proven
        is_lowered = own is not None and own.lowered_from is not None and content is not None
        assert content is None or (is_lowered and own is not None and content <= (own.lowered_from or 0))
        assert content is None or (is_ours and is_of_this and claim.standing is Standing.PROVEN)


@settings(max_examples=size(2_000), deadline=None)
@given(
    said=st.none() | st.builds(DocumentLabel, _LABELS, st.just(1), st.just("p_1"), _MAYBE),
    others=_MAYBE,
    content=_MAYBE,
    label=_LABELS,
)
def test_a_document_counts_as_the_label_that_it_gets_or_as_what_others_say(
    said: DocumentLabel | None, others: Label | None, content: Label | None, label: Label
) -> None:
    """And whoever did not have to say why has lowered nothing."""
    claim = Claim(raised(said.label if said else None, others), Standing.PROVEN, said, others)
    before, change = label_in_force(claim, content), change_of(claim, content, label, 2, "p_2")
    after = Claim(raised(label, others), Standing.PROVEN, change.said, others)
    assert label_in_force(after, content) == raised(label, others)
    assert (change.lowers is not None) == (before is not None and label < before)
    assert change.lowers in {None, before}


@settings(max_examples=size(2_000), deadline=None)
@given(kind=st.sampled_from(list(ALL)), at=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
def test_a_flipped_bit_is_noticed_or_was_of_no_meaning(kind: str, at: float, bit: int) -> None:
    """What is proven has the text that was labelled: all of it in a PDF, every other part, the body of a mail."""
    data = bytearray(_labelled(kind))
    where = int(at * len(data))
    data[where] ^= 1 << bit
    try:
        claim = MARKS.claim(carriers.read(bytes(data)), {})
    except NoLabelError:
        return
    if claim.standing is Standing.PROVEN:
        assert kind != "pdf"
        assert _rest(kind, bytes(data)) == _rest(kind, _labelled(kind))


@settings(max_examples=size(1_000), deadline=None)
@given(kind=st.sampled_from(list(ALL)), at=st.floats(0, 1, exclude_max=True))
def test_a_document_that_is_cut_is_refused_by_name(kind: str, at: float) -> None:
    data = _labelled(kind)
    try:
        claim = MARKS.claim(carriers.read(data[: int(at * len(data))]), {})
    except NoLabelError:
        return
    assert claim.standing is not Standing.PROVEN or kind == "eml"


@settings(max_examples=size(1_000), deadline=None)
@given(data=st.binary(max_size=400), head=st.sampled_from([b"", b"PK\x03\x04", b"%PDF-1.7\n", b"From: a\nDate: b\n"]))
def test_whatever_bytes_come_a_name_says_why(data: bytes, head: bytes) -> None:
    with suppress(NoLabelError):
        MARKS.claim(carriers.read(head + data), {})
