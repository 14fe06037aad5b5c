"""What is packed comes out piece by piece."""

from __future__ import annotations

import bz2
import gzip
import lzma
import zlib
from collections.abc import Callable, Iterator
from random import Random

import pytest
from tests import dial

from limen.data.documents import WhyNot
from limen.data.extraction.inflating import Inflate, Unpacked, bzipped, gzipped, xzipped
from limen.data.extraction.limits import Budget, UnreadableError

Unpacker = Callable[[bytes, Budget], Iterator[bytes]]
ALL = [(gzip.compress, gzipped), (bz2.compress, bzipped), (lzma.compress, xzipped)]


@pytest.mark.parametrize(("pack", "unpack"), ALL)
def test_all_streams_come_out_whole(pack: Callable[[bytes], bytes], unpack: Unpacker) -> None:
    random = Random(16)
    for _ in range(dial.size(20, 5)):
        wholes = [random.randbytes(random.choice((0, 1, 70_000, 300_000))) for _ in range(2)]
        assert b"".join(unpack(b"".join(map(pack, wholes)) + b"behind", Budget())) == b"".join(wholes)


@pytest.mark.parametrize(("pack", "unpack"), ALL)
def test_cut_or_changed_it_is_broken(pack: Callable[[bytes], bytes], unpack: Unpacker) -> None:
    packed = bytearray(pack(Random(1).randbytes(9_000)))
    for broken in (packed[:-20], packed[:4_000] + b"\xff" * 99 + packed[4_099:]):
        with pytest.raises(UnreadableError) as error:
            list(unpack(bytes(broken), Budget()))
        assert error.value.why_not is WhyNot.BROKEN


def test_where_it_ends_is_known() -> None:
    packed = zlib.compress(b"a" * 100_000)
    one = Unpacked(Inflate(zlib.MAX_WBITS), b"before" + packed + b"behind", 6, Budget())
    assert (b"".join(one), one.end) == (b"a" * 100_000, 6 + len(packed))
