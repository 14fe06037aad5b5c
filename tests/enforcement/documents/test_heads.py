"""What heads say of bodies."""

from __future__ import annotations

from limen.enforcement.documents.heads import asked_whole, coding_of, is_endless, name_in, said_by


def test_what_is_asked_of_the_app_and_what_a_target_calls_a_file():
    assert asked_whole([(b"range", b"bytes=0-1"), (b"accept", b"*/*")]) == [(b"accept", b"*/*")]
    assert name_in(b"/files/a%20b.docx?x=/y") == "a b.docx"


def test_what_an_address_says_and_how_a_body_is_coded():
    assert said_by("/a?b=c+d&e=%41") == b"b=c d\ne=A"
    assert said_by("/a") == b""
    assert coding_of([(b"content-encoding", b"gzip"), (b"a", b"b"), (b"content-encoding", b"br")]) == b"gzip, br"
    assert is_endless(b"Text/Event-Stream; charset=utf-8")
    assert not is_endless(b"text/plain")
