"""One document as a whole: little text at once, long text piece by piece."""

from __future__ import annotations

import tempfile

from tests.data.extraction import made

from limen.data.documents import Inspected, WhyNot
from limen.data.extraction.inspecting import MOST_HERE, inspect_bytes, inspect_open, inspect_plain
from limen.data.extraction.limits import Limits


def test_little_text_is_looked_into_here_as_anywhere() -> None:
    for text in (f"{made.SEEN}\n{made.UNSEEN}".encode(), "Grüße\n".encode("utf-16"), b"a;b\n4111 1111;1111 1111\n"):
        here = inspect_plain(made.scanner(), text, "a.txt")
        assert here == inspect_bytes(made.scanner(), text, "a.txt", Limits())


def test_what_is_more_than_plain_text_is_not() -> None:
    others = [make() for kind, make in made.DOCUMENTS.items() if kind not in {"text", "csv"}]
    for data in (*others, b"x" * (MOST_HERE + 1), b"text\n" * 2_000 + made.zipped({"a": "b"})):
        assert inspect_plain(made.scanner(), data, "") is None


def test_the_name_is_looked_into() -> None:
    assert made.finds(made.inspected(b"nothing", f"{made.CARD}.txt")) == {("card", "name")}


def _opened(data: bytes, limits: Limits) -> Inspected:
    with tempfile.TemporaryFile() as file:
        file.write(data)
        file.flush()
        return inspect_open(made.scanner(), file.fileno(), len(data), "", limits)


def test_long_text_is_read_to_its_end() -> None:
    limits = Limits(most_bytes=1_000)
    text = b"line\n" * 100_000 + made.SEEN.encode()
    assert made.finds(_opened(text, limits)) == {("card", "line 100001")}
    assert made.finds(_opened(text.decode().encode("utf-16"), limits)) == {("card", "line 100001")}
    assert _opened(text + b"\0\1", limits).why_not == {WhyNot.TOO_LARGE}


def test_a_long_document_is_too_large() -> None:
    assert _opened(made.word(), Limits(most_bytes=1_000)).why_not == {WhyNot.TOO_LARGE}
    assert _opened(made.word(), Limits()) == made.inspected(made.word())
