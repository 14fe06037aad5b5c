from __future__ import annotations

from hypothesis import given, strategies as st

from limen.storage.journal.chain import ERASED, Broken, Line, append_lines, follow, parse
from limen.storage.segments.link import Link, Signer, start_of

SIGNER = Signer("main", (b"k" * 32,))
START = start_of("main")
BODIES = [b'{"a":1}', b'{"b":"\xc3\xa4"}', b'{"c":[1,2]}']


def lines_of(bodies: list[bytes] = BODIES, after: Link = START, signer: Signer = SIGNER) -> list[bytes]:
    return append_lines(bodies, after, signer)[0].splitlines(keepends=True)


def holds(raws: list[bytes], after: Link = START, signer: Signer | None = SIGNER) -> bool:
    return not any(isinstance(each, Broken) for each in follow(raws, after, signer))


def test_what_was_forged_holds_and_leads_to_the_link_that_was_returned() -> None:
    batch, link = append_lines(BODIES, START, SIGNER)
    followed = list(follow(batch.splitlines(keepends=True), START, SIGNER))
    assert [line.body for line in followed if isinstance(line, Line)] == BODIES
    assert isinstance(followed[-1], Line)
    assert followed[-1].link == link == Link(3, link.head)


def test_only_the_last_line_of_a_batch_is_signed() -> None:
    assert [line.mac is not None for raw in lines_of() if (line := parse(raw))] == [False, False, True]


def test_a_chain_of_another_writer_does_not_hold_here() -> None:
    raws = lines_of(after=start_of("other"))
    assert not holds(raws)


def test_a_line_signed_with_another_key_is_found() -> None:
    forged = lines_of(signer=Signer("main", (b"x" * 32,)))
    assert not holds(forged)
    assert holds(forged, signer=None)


def test_lines_signed_with_an_earlier_key_still_hold() -> None:
    old = lines_of()
    assert holds(old, signer=Signer("main", (b"n" * 32, b"k" * 32)))


def test_a_body_can_be_erased_and_the_chain_still_holds() -> None:
    raws = lines_of()
    line = parse(raws[1])
    assert line is not None
    raws[1] = raws[1].replace(line.body, ERASED)
    assert holds(raws)


def test_equal_bodies_have_unlike_digests() -> None:
    first, second = (parse(raw) for raw in lines_of([b'"ada"', b'"ada"']))
    assert first is not None
    assert second is not None
    assert first.digest != second.digest


@given(at=st.integers(min_value=0), flip=st.integers(1, 255))
def test_any_changed_byte_is_found(at: int, flip: int) -> None:
    whole = bytearray(b"".join(lines_of()))
    whole[at % len(whole)] ^= flip
    assert not holds(bytes(whole).splitlines(keepends=True))


@given(st.lists(st.integers(0, 2), max_size=5))
def test_only_the_true_order_of_lines_holds(order: list[int]) -> None:
    raws = lines_of()
    assert holds([raws[i] for i in order]) == (order == list(range(len(order))))
