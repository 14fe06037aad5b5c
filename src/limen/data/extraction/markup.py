"""XML and HTML as a stream of starts, texts and ends: no tree is held, no entity is followed, nothing is fetched."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any, Final, Protocol, cast

from lxml import etree

from limen.data.documents import WhyNot
from limen.data.extraction.limits import Budget, UnreadableError
from limen.data.extraction.pieces import Piece, part

SHORTEST: Final = 9
"""Values of attributes that are shorter say nothing: colours and numbers of programs have eight digits."""
_FLUSH: Final = 1 << 16
_FED: Final = 1 << 14


class Handler(Protocol):
    """What is told of a document. `taken` gives what it made of it so far, and forgets it."""

    def start(self, tag: str, attributes: dict[str, str]) -> None: ...
    def end(self, tag: str) -> None: ...
    def data(self, text: str) -> None: ...
    def comment(self, text: str) -> None: ...
    def taken(self) -> Iterator[Piece]: ...
    def finished(self) -> Iterator[Piece]: ...


class Aside:
    """Text that stands beside what a reader reads first, by where it is. It counts to the same budget."""

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self._texts: dict[str, list[str]] = {}
        self._open: set[str] = set()
        self._values: set[str] = set()

    def add(self, where: str, text: str) -> None:
        """More of the line that is open there: what is deleted run by run is one word."""
        self._budget.take(len(text))
        self._texts.setdefault(where, []).append(text)
        self._open.add(where)

    def line(self, where: str, text: str) -> None:
        self.add(where, text)
        self._texts[where].append("\n")

    def end_line(self, where: str) -> None:
        """The element that is read there ends, or another begins: parsers give the text of one in pieces."""
        if where in self._open:
            self._texts[where].append("\n")
            self._open.discard(where)

    def end_lines(self) -> None:
        """What comes now is another paragraph."""
        for where in self._open:
            self._texts[where].append("\n")
        self._open.clear()

    def attributes(self, attributes: dict[str, str]) -> None:
        """What values of attributes say that are no short numbers of programs."""
        for value in attributes.values():
            if len(value) >= SHORTEST and value not in self._values:
                self._values.add(value)
                self.line("properties", value)

    def parts(self, prefix: str = "") -> Iterator[Piece]:
        for where, texts in self._texts.items():
            yield part(joined(prefix, where), "".join(texts) + "\n")
        self._texts.clear()


def joined(*places: str) -> str:
    """Places within each other as a reader reads them."""
    return ", ".join(filter(None, places))


@lru_cache(4_096)
def local(name: str) -> str:
    """A name without its namespace."""
    return name.rpartition("}")[2]


class _Target:
    """What lxml calls; it is told of a document type before anything in it is read, and goes no further."""

    def __init__(self, handler: Handler, *, may_have_type: bool) -> None:
        self.start, self.end, self.data, self.comment = handler.start, handler.end, handler.data, handler.comment
        self._may_have_type = may_have_type

    def doctype(self, _name: str, _public: str | None, _system: str | None) -> None:
        if not self._may_have_type:
            raise UnreadableError(WhyNot.BROKEN)

    def pi(self, _target: str, data: str | None = None) -> None:
        self.comment(data or "")

    def close(self) -> None:
        pass


def read_xml(chunks: Iterable[bytes], handler: Handler, budget: Budget) -> Iterator[Piece]:
    """What a handler makes of XML. One with a document type is refused, and so entities are."""
    target = _Target(handler, may_have_type=False)
    parser = etree.XMLParser(
        target=cast("Any", target), resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    yield from _fed(parser, chunks, handler, budget)


def read_html(chunks: Iterable[bytes], handler: Handler, budget: Budget, encoding: str = "utf-8") -> Iterator[Piece]:
    """What a handler makes of HTML, however broken it is."""
    target = _Target(handler, may_have_type=True)
    parser = etree.HTMLParser(target=cast("Any", target), encoding=encoding, huge_tree=False)
    yield from _fed(parser, chunks, handler, budget)


def _fed(
    parser: etree.XMLParser | etree.HTMLParser, chunks: Iterable[bytes], handler: Handler, budget: Budget
) -> Iterator[Piece]:
    try:
        for chunk in chunks:
            for at in range(0, len(chunk), _FED):
                budget.tick()
                parser.feed(chunk[at : at + _FED])
                yield from handler.taken()
        parser.close()
    except etree.XMLSyntaxError:
        yield WhyNot.BROKEN
    except UnreadableError as error:
        yield error.why_not
    yield from handler.finished()


class TextHandler:
    """Collects text by place; who inherits says in `start`, `end` and `data` what goes where."""

    def __init__(self, budget: Budget, where: str = "") -> None:
        self.budget, self.where, self.part = budget, where, where
        self.aside = Aside(budget)
        self._texts: list[str] = []
        self._length = 0
        self._ends_line = True
        self._ready: list[Piece] = []

    def write(self, text: str) -> None:
        self._texts.append(text)
        self._length += len(text)

    def move(self, where: str) -> None:
        """What is written from here on is there."""
        if where != self.where:
            self._flush()
            self.where = where

    def start(self, tag: str, attributes: dict[str, str]) -> None:  # noqa: ARG002 -- who inherits needs it
        self.aside.attributes(attributes)

    def end(self, tag: str) -> None:
        """An element ended."""

    def data(self, text: str) -> None:
        self.write(text)

    def comment(self, text: str) -> None:
        self.aside.line("remarks in the markup", text)

    def taken(self) -> Iterator[Piece]:
        if self._length > _FLUSH:
            self._flush()
        yield from self._ready
        self._ready.clear()

    def finished(self) -> Iterator[Piece]:
        self._flush()
        if not self._ends_line:  # what is read next is no part of the same word
            self._ready.append(part(self.where, "\n"))
        yield from self._ready
        self._ready.clear()
        yield from self.aside.parts(self.part)

    def _flush(self) -> None:
        if text := "".join(self._texts):
            self.budget.take(len(text))
            self._ready.append(part(self.where, text))
            self._ends_line = text.endswith("\n")
        self._texts.clear()
        self._length = 0
