"""Content codings undone, whatever the pieces."""

from __future__ import annotations

import gzip
import random
import zlib

import brotli
import pytest
from backports import zstd

from limen.http_bodies.codings import (
    MOST_AT_ONCE,
    EndlessUndoing,
    UnreadableError,
    acceptable,
    codings_in,
    undone,
)

TEXT = random.Random(7).randbytes(30_000) + b"a" * 600_000
RAW = zlib.compressobj(wbits=-15)
CODED = {
    "gzip": gzip.compress(TEXT),
    "x-gzip": gzip.compress(TEXT[:1_000]) + gzip.compress(TEXT[1_000:]),
    "deflate": zlib.compress(TEXT),
    "br": brotli.compress(TEXT, quality=3),
    "zstd": zstd.compress(TEXT),
}


async def _in_pieces(body, size):
    for at in range(0, len(body), size):
        yield body[at : at + size]


async def _all(body, codings, size=1_000, **bounds):
    return b"".join([piece async for piece in undone(_in_pieces(body, size), codings, **bounds)])


@pytest.mark.parametrize("coding", CODED)
@pytest.mark.parametrize("size", [7, 4_096, 1 << 20])
async def test_what_was_coded_comes_out(coding, size):
    assert await _all(CODED[coding], (coding,), size) == TEXT


async def test_deflate_without_a_head_and_codings_on_one_another():
    assert await _all(RAW.compress(TEXT) + RAW.flush(), ("deflate",)) == TEXT
    assert await _all(brotli.compress(CODED["gzip"]), ("gzip", "br")) == TEXT


@pytest.mark.parametrize("coding", CODED)
async def test_bombs_cut_ends_and_what_follows_are_not_read(coding):
    with pytest.raises(UnreadableError, match="too-large"):
        await _all(CODED[coding], (coding,), most=300_000)
    with pytest.raises(UnreadableError, match="broken"):
        await _all(CODED[coding][:-5], (coding,))
    with pytest.raises(UnreadableError, match="broken"):
        await _all(CODED[coding] + b"behind it", (coding,))
    with pytest.raises(UnreadableError, match="broken"):
        await _all(b"nothing of the kind", (coding,))


async def test_what_is_not_known_or_too_often_coded_is_not_read():
    with pytest.raises(UnreadableError, match="unknown-kind"):
        await _all(b"", ("compress",))
    with pytest.raises(UnreadableError, match="too-deep"):
        await _all(b"", ("gzip",) * 4)


def test_fields():
    assert codings_in(b"GZIP, identity,br") == ("gzip", "br")
    assert codings_in(b"") == ()
    assert acceptable(b"gzip, compress;q=0.5, *, br;q=0.1") == b"gzip, br;q=0.1"
    assert acceptable(b"*") == b"identity"


def test_what_has_no_end_is_undone_as_far_as_it_is_flushed():
    coder = zlib.compressobj(wbits=31)
    undoing = EndlessUndoing(("gzip",))
    for number in range(3):
        text = b"data: %d\n" % number
        assert undoing.feed(coder.compress(text) + coder.flush(zlib.Z_SYNC_FLUSH)) == text
    assert EndlessUndoing(()).feed(b"x") == b"x"
    with pytest.raises(UnreadableError, match="broken"):
        EndlessUndoing(("gzip",)).feed(b"none")
    with pytest.raises(UnreadableError, match="unknown-kind"):
        EndlessUndoing(("compress",))
    with pytest.raises(UnreadableError, match="too-deep"):
        EndlessUndoing(("gzip",) * 4)
    with pytest.raises(UnreadableError, match="too-large"):
        EndlessUndoing(("gzip", "gzip")).feed(gzip.compress(gzip.compress(bytes(MOST_AT_ONCE * 2))))
