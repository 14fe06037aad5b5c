"""How documents begin and end."""

from __future__ import annotations

from limen.enforcement.documents.edges import EDGE, Edges, joints


async def _edges(*pieces):
    async def body():
        for one in pieces:
            yield one

    edges = Edges()
    assert [piece async for piece in edges.noted(body())] == list(pieces)
    return edges


async def test_the_edges_of_a_document_are_noted_as_it_is_read():
    one = await _edges(b"begin", b"x" * 5_000, b"end")
    assert (one.begin[:6], len(one.begin)) == (b"beginx", EDGE)
    assert (one.end[-4:], len(one.end)) == (b"xend", EDGE)
    assert (await _edges()).begin == b""
    assert one.then(Edges(b"y", b"y")).end == one.end[1:] + b"y"


def test_each_is_joined_with_each_before_in_either_order():
    before, now = [Edges(b"a", b"b"), Edges(b"c", b"d")], [Edges(b"1", b"2")]
    assert joints(before, now).split() == [b"b1", b"2a", b"d1", b"2c"]
    assert joints([], now) == joints(before, [Edges()]) == b""
