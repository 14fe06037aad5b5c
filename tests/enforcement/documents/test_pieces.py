"""What comes in pieces."""

from __future__ import annotations

from tests.enforcement.documents.checks import SECRET, Checks

from limen.clock import SetClock
from limen.enforcement.documents.edges import Edges
from limen.enforcement.documents.looking import Looking
from limen.enforcement.documents.pieces import (
    MOST_OF_ONE,
    MOST_RESUMED,
    OVERLAP,
    RESUMED_FOR,
    Pieces,
    ResumedUploads,
    is_a_piece,
)
from limen.facts.passing import Channel, Passing, Step


async def test_what_is_split_anywhere_is_seen_with_the_second_piece():
    looking = Looking(Checks().offer(), b"k" * 32)
    for at in range(1, len(SECRET)):
        pieces = Pieces(looking)
        steps = [
            (await pieces.look(Passing(Channel.UPLOAD), one.encode())).judged.step for one in (SECRET[:at], SECRET[at:])
        ]
        assert steps[1] is Step.BLOCK
    assert len(pieces.end) <= OVERLAP


async def test_a_piece_is_looked_at_as_what_it_is_whatever_came_before():
    """A document is one behind a message, and a message is none of the document before it."""
    checks = Checks(unread=Step.BLOCK)
    pieces = Pieces(Looking(checks.offer(), b"k" * 32))
    looked = [await pieces.look(Passing(Channel.UPLOAD), one) for one in (b"hello", b"PK\0\0", b"bye")]
    assert [one.judged.step for one in looked] == [Step.ALLOW, Step.BLOCK, Step.ALLOW]
    assert b"PK\0\0" in {text for _, text in checks.inspected}


def test_edges_are_kept_for_a_while_and_not_too_many():
    clock = SetClock(0)
    uploads = ResumedUploads(clock)
    uploads.sent("ana", "wiki", [Edges(b"a", b"b")])
    uploads.sent("ana", "wiki", [Edges(b"c", b"d"), Edges(b"e", b"f")])
    assert [(one.begin, one.end) for one in uploads.before("ana", "wiki")] == [
        (b"a", b"b"),
        (b"c", b"bd"),
        (b"e", b"bf"),
    ]
    assert uploads.before("bo", "wiki") == uploads.before("ana", "payroll") == []
    clock.forward(RESUMED_FOR)
    assert uploads.before("ana", "wiki") == []
    for _ in range(MOST_OF_ONE + 1):
        uploads.sent("ana", "wiki", [Edges(b"x", b"x")])
    assert len(uploads.before("ana", "wiki")) == MOST_OF_ONE
    for number in range(MOST_RESUMED):
        uploads.sent(str(number), "wiki", [Edges(b"x", b"x")])
    assert uploads.before("ana", "wiki") == []


def test_how_an_upload_says_that_it_is_a_piece():
    assert is_a_piece("POST", "/u", [(b"content-range", b"bytes 0-1/4")])
    assert is_a_piece("POST", "/u", [(b"upload-offset", b"0")])
    assert is_a_piece("PUT", "/dav/a", [])
    assert is_a_piece("POST", "/u?uploadId=x&partNumber=2", [])
    assert not is_a_piece("POST", "/u?n=1", [(b"range", b"bytes=0-1")])
