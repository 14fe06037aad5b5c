from __future__ import annotations

from http import HTTPStatus

from limen.data.doors import icap_answers
from limen.data.doors.icap_reading import HttpHead, IcapRequest


async def pieces(*several: bytes):
    for one in several:
        yield one


async def whole(request: IcapRequest, *body: bytes, has_body: bool = True) -> bytes:
    answer = icap_answers.as_it_came("t", request, pieces(*body) if has_body else None)
    return b"".join([one async for one in answer])


async def test_a_message_as_it_came_has_the_offsets_of_its_own_head() -> None:
    asked, told = HttpHead(b"POST / HTTP/1.1\r\n\r\n"), HttpHead(b"HTTP/1.1 200 OK\r\n\r\n")
    request = IcapRequest(b"REQMOD", {}, asked, HttpHead(), has_body=True, preview=None)
    said = await whole(request, b"ab", b"c" * 20)
    assert b"Encapsulated: req-hdr=0, req-body=19\r\n\r\nPOST / HTTP/1.1" in said
    assert said.endswith(b"2\r\nab\r\n14\r\n" + b"c" * 20 + b"\r\n0\r\n\r\n")
    assert b"null-body=19" in await whole(request, has_body=False)
    response = IcapRequest(b"RESPMOD", {}, asked, told, has_body=True, preview=None)
    assert b"Encapsulated: res-hdr=0, res-body=19\r\n\r\nHTTP/1.1 200" in await whole(response, b"a")
    bare = IcapRequest(b"RESPMOD", {}, asked, HttpHead(), has_body=True, preview=None)
    assert b"Encapsulated: res-body=0\r\n\r\n1\r\na\r\n" in await whole(bare, b"a")


def test_each_answer_says_by_which_rules_it_was_given() -> None:
    instead = icap_answers.instead("t", HTTPStatus.FORBIDDEN, "text/html", b"page", "'none'")
    answers = [
        icap_answers.unchanged("t"),
        icap_answers.wrong(400, "t"),
        icap_answers.options("t", "REQMOD", 9),
        instead,
    ]
    assert all(b'ISTag: "t"\r\n' in one for one in answers)
    head = instead[instead.index(b"HTTP/1.1") : instead.index(b"4\r\npage")]
    assert b"res-body=%d\r\n" % len(head) in instead
