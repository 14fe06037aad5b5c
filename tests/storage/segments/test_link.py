from __future__ import annotations

from limen.storage.segments.link import Link, Signer, next_head, start_of

LINK = Link(7, b"head")
SIGNER = Signer("main", (b"k" * 32,))


def test_a_signature_is_of_one_writer_one_place_and_one_of_the_keys() -> None:
    mac = SIGNER.sign(LINK)
    assert SIGNER.knows(LINK, mac)
    assert Signer("main", (b"new" * 9, b"k" * 32)).knows(LINK, mac)
    for other in (Link(8, b"head"), Link(7, b"other")):
        assert not SIGNER.knows(other, mac)
    assert not Signer("other", (b"k" * 32,)).knows(LINK, mac)
    assert not Signer("main", (b"x" * 32,)).knows(LINK, mac)


def test_a_head_depends_on_all_before_it_on_its_number_and_on_what_was_added() -> None:
    heads = {
        next_head(b"a", 1, b"d"),
        next_head(b"b", 1, b"d"),
        next_head(b"a", 2, b"d"),
        next_head(b"a", 1, b"e"),
        start_of("main").head,
        start_of("other").head,
    }
    assert len(heads) == 6
