"""What comes in pieces."""

from __future__ import annotations

from tests.enforcement.documents.checks import SECRET, Checks

from limen.clock import SetClock
from limen.enforcement.documents.looking import Looking
from limen.enforcement.documents.pieces import MOST_RESUMED, OVERLAP, RESUMED_FOR, Pieces, ResumedUploads, is_a_piece
from limen.facts.passing import Channel, Passing, Step


async def test_what_is_split_anywhere_is_seen_with_the_second_piece():
    looking = Looking(Checks().offer(), b"k" * 32)
    for at in range(1, len(SECRET)):
        pieces = Pieces(looking, Passing(Channel.UPLOAD))
        steps = [(await pieces.look(one.encode())).judged.step for one in (SECRET[:at], SECRET[at:])]
        assert steps[1] is Step.BLOCK
    assert len(pieces.end) <= OVERLAP


def test_ends_are_kept_for_a_while_and_not_too_many():
    clock = SetClock(0)
    uploads = ResumedUploads(clock)
    uploads.sent(("s", "wiki", "/a"), b"end")
    assert uploads.before(("s", "wiki", "/a")) == b"end"
    assert uploads.before(("t", "wiki", "/a")) == b""
    clock.forward(RESUMED_FOR)
    assert uploads.before(("s", "wiki", "/a")) == b""
    for number in range(MOST_RESUMED + 1):
        uploads.sent(("s", "wiki", str(number)), b"x")
    assert uploads.before(("s", "wiki", "0")) == b""
    assert uploads.before(("s", "wiki", "1")) == b"x"


def test_how_an_upload_says_that_it_is_a_piece():
    assert is_a_piece([(b"content-range", b"bytes 0-1/4")])
    assert is_a_piece([(b"upload-offset", b"0")])
    assert not is_a_piece([(b"range", b"bytes=0-1")])
