from __future__ import annotations

import pytest

from limen.connectors.log_pages import Had, member, records_in, records_of
from limen.connectors.vendor_client import VendorError


def test_records_are_as_they_were_written_each_on_one_line() -> None:
    assert records_in(b'[{"a": 1.00,\r\n "b": "x\\ny"}, {}]') == [b'{"a": 1.00,   "b": "x\\ny"}', b"{}"]
    assert records_in(b'{"value": [{"a": 1}], "next": null}', "value") == [b'{"a": 1}']
    assert records_in(b'{"other": 1}', "items") == []
    assert member(b'{"next": "x"}', "next") == "x"
    assert member(b"{}", "next") is None


@pytest.mark.parametrize(
    "body",
    [b"", b"{}", b"null", b"[1]", b"[[]]", b'["{"]', b"[{]", b"[" * 100_000, b'[{"a": ' * 50_000, b"\xff", b"[{}"],
)
def test_what_is_no_list_of_objects_is_refused(body: bytes) -> None:
    with pytest.raises(VendorError):
        records_in(body)


def test_what_was_had_is_known_up_to_a_bound_and_the_oldest_is_forgotten_first() -> None:
    had = Had(most=3)
    had.add([b"1", b"2", b"3"])
    had.add([b"1"])
    had.add([b"4"])
    assert had.without([b"1", b"2", b"3", b"4"]) == [b"2"]
    assert b"1" in had
    assert b"2" not in had


async def test_a_large_answer_is_read_like_a_small_one() -> None:
    records = [b'{"a": %d}' % n for n in range(20_000)]
    assert await records_of(b"[" + b",".join(records) + b"]") == records
    with pytest.raises(VendorError):
        await records_of(b"[" + b"1," * 50_000 + b"1]")
