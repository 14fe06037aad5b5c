"""Erases bodies from sealed segments. Runs as a process of its own, as sealing does, and takes as little memory.

`python -m limen.storage.journal.erase_process` reads one `Order` from its standard input, in one line. For each
segment it writes the file that is to take its place, if anything in it is to go, says what it did as one line of JSON,
and goes on when it is sent an empty line. The segment itself is never touched here: who asked puts the new file in its
place, after the list of segments vouches for it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec

from limen.storage.files import file_sha256
from limen.storage.journal.chain import ERASED, Broken, follow, parse
from limen.storage.journal.erasable_bodies import is_erasable_body
from limen.storage.journal.erase_messages import ERASING, Done, Order, ToErase
from limen.storage.journal.seal import write_lines
from limen.storage.journal.segment import sealed_lines
from limen.storage.segments.link import Link
from limen.storage.segments.parquet import PORTION


def erase(order: Order) -> Iterator[Done]:
    """Erase segment by segment; the next begins when the caller asks for it."""
    ids = [person_id.encode() for person_id in order.person_ids]
    for segment in order.segments:
        yield _erase(segment, order.person_ids, ids)


def _erase(segment: ToErase, person_ids: tuple[str, ...], ids: list[bytes]) -> Done:
    path = Path(segment.path)
    part = path.with_name(path.name + ERASING)
    if file_sha256(path) != segment.sha256:
        return Done(segment.ordinal, problem="changed")  # what was tampered with is evidence, and stays as it is
    if not any(is_to_go(raw, person_ids, ids) for raw in sealed_lines(path)):
        return Done(segment.ordinal)
    counted = [0]
    try:
        write_lines(_portions(path, person_ids, ids, counted), part)
        after = Link(segment.after_n, segment.after_head.encode())
        head = b""
        for line in follow(sealed_lines(part), after, signer=None):
            if isinstance(line, Broken):
                part.unlink()
                return Done(segment.ordinal, problem="broken")
            head = line.head
        if head != segment.head.encode():
            part.unlink()
            return Done(segment.ordinal, problem="broken")
        return Done(segment.ordinal, counted[0], file_sha256(part))
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def is_to_go(raw: bytes, person_ids: tuple[str, ...], ids: list[bytes]) -> bool:
    """Whether the body of this line goes. Most lines don't name anybody who goes, and are not even taken apart."""
    if not any(person_id in raw for person_id in ids):
        return False
    found = parse(raw)
    return found is not None and is_erasable_body(found.body, person_ids)


def without_body(raw: bytes) -> bytes:
    """The line as it stands once its body is erased: everything that the chain follows is still there."""
    found = parse(raw)
    if found is None:
        return raw
    return raw[: -len(found.body) - 2] + ERASED + b"}\n"


def _portions(path: Path, person_ids: tuple[str, ...], ids: list[bytes], counted: list[int]) -> Iterator[list[str]]:
    portion: list[str] = []
    size = 0
    for raw in sealed_lines(path):
        is_going = is_to_go(raw, person_ids, ids)
        counted[0] += is_going
        line = without_body(raw) if is_going else raw
        portion.append(line.removesuffix(b"\n").decode())
        size += len(line)
        if size >= PORTION:
            yield portion
            portion, size = [], 0
    if portion:
        yield portion


def main() -> int:
    order = msgspec.json.decode(sys.stdin.buffer.readline(), type=Order)
    for done in erase(order):
        sys.stdout.buffer.write(msgspec.json.encode(done) + b"\n")
        sys.stdout.buffer.flush()
        if not sys.stdin.buffer.readline():  # nobody is there any more to put it in its place
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
