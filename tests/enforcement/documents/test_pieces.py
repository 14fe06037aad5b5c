"""What comes in pieces."""

from __future__ import annotations

from tests.enforcement.documents.checks import SECRET, Checks
from tests.kept import written

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
from limen.storage.kept_briefly import KeptBriefly


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


async def test_edges_are_kept_for_a_while_and_not_too_many():
    clock = SetClock(0)
    uploads = ResumedUploads(KeptBriefly.in_memory(clock), b"k")
    await uploads.sent("ana", "wiki", [Edges(b"a", b"b")])
    await uploads.sent("ana", "wiki", [Edges(b"c", b"d"), Edges(b"e", b"f")])
    assert [(one.begin, one.end) for one in await uploads.before("ana", "wiki")] == [
        (b"a", b"b"),
        (b"c", b"bd"),
        (b"e", b"bf"),
    ]
    assert await uploads.before("bo", "wiki") == await uploads.before("ana", "payroll") == []
    clock.forward(RESUMED_FOR)
    assert await uploads.before("ana", "wiki") == []
    for _ in range(MOST_OF_ONE + 1):
        await uploads.sent("ana", "wiki", [Edges(b"x", b"x")])
    assert len(await uploads.before("ana", "wiki")) == MOST_OF_ONE
    for number in range(MOST_RESUMED):
        await uploads.sent(str(number), "wiki", [Edges(b"x", b"x")])
    assert await uploads.before("ana", "wiki") == []


async def test_of_two_pieces_on_their_way_at_once_at_two_workers_the_second_is_told_of_the_first():
    kept = KeptBriefly.in_memory(SetClock(0))
    here, there = ResumedUploads(kept, b"k"), ResumedUploads(kept, b"k")
    before_here, before_there = await here.before("ana", "wiki"), await there.before("ana", "wiki")
    assert await here.sent("ana", "wiki", [Edges(b"a", b"b")], before_here) == []
    (met,) = await there.sent("ana", "wiki", [Edges(b"c", b"d")], before_there)
    assert (met.begin, met.end) == (b"a", b"b")
    assert b"wiki" not in written(kept).encode()


def test_how_an_upload_says_that_it_is_a_piece():
    assert is_a_piece("POST", "/u", [(b"content-range", b"bytes 0-1/4")])
    assert is_a_piece("POST", "/u", [(b"upload-offset", b"0")])
    assert is_a_piece("PUT", "/dav/a", [])
    assert is_a_piece("POST", "/u?uploadId=x&partNumber=2", [])
    assert not is_a_piece("POST", "/u?n=1", [(b"range", b"bytes=0-1")])
