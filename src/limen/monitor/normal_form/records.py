"""Records of JSON in a frame: one, a list, one a line, or several in an envelope; each with the text it came as."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any, Final

import msgspec

from limen.monitor.normal_form.drafts import Draft
from limen.monitor.normal_form.frame import Frame
from limen.monitor.normal_form.texts import LONGEST_RAW

Record = Mapping[str, Any]
Read = Callable[[str, Record], Iterator[Draft]]
ReadOne = Callable[[str, Record, Frame], Iterator[Draft]]
"""What a mapper does with a record: its text, itself, and the frame that it came in."""
_decode: Final = msgspec.json.Decoder().decode
_decode_list: Final = msgspec.json.Decoder(list[msgspec.Raw]).decode
_decode_envelope: Final = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_MARK: Final = b"\xef\xbb\xbf"


def drafts_of(data: bytes, read: Read, lists: tuple[str, ...] = ()) -> Iterator[Draft]:
    """Each record, as `read` understands it. `lists`: under which names envelopes hold several."""
    for piece in _pieces(data.removeprefix(_MARK), lists):
        try:
            record = _decode(piece) if len(piece) <= LONGEST_RAW else None
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            yield unreadable("no_json", piece)
            continue
        if isinstance(record, dict):
            yield from read(str(piece, "utf-8"), record)
        else:
            yield unreadable("too_long" if record is None and len(piece) > LONGEST_RAW else "no_object", piece)


def unreadable(reason: str, piece: bytes) -> Draft:
    """What could not be read, as it came."""
    return Draft(readable(piece), columns={"kind": UNREADABLE, "reason": reason})


def readable(data: bytes) -> str:
    """The text that bytes are; what is no UTF-8 is shown as escapes. Far too much of it is not even looked at."""
    return data[: 2 * LONGEST_RAW].decode("utf-8", "backslashreplace")


UNREADABLE: Final = "unreadable"
"""The `kind` of events of which only the text is of use."""


def _pieces(data: bytes, lists: tuple[str, ...]) -> Iterator[bytes]:
    lines = [line for written in data.split(b"\n") if (line := written.strip())]
    if len(lines) > 1 and not _is_json(lines[0]) and _is_json(data):
        lines = [data]
    needles = _needles(lists)
    for line in lines:
        if line.startswith(b"{") and not (needles and any(needle in line for needle in needles)):
            yield line
        else:
            yield from _opened(line, lists)


def _opened(piece: bytes, lists: tuple[str, ...]) -> Iterator[bytes]:
    """The records of a list or an envelope, or `piece`, which is one."""
    begin = piece.lstrip()[:1]
    try:
        if begin == b"[":
            yield from map(bytes, _decode_list(piece))
            return
        if begin == b"{":
            envelope = _decode_envelope(piece)
            held = [envelope[name] for name in lists if name in envelope and bytes(envelope[name])[:1] == b"["]
            if held:
                for one in held:
                    yield from map(bytes, _decode_list(one))
                return
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        pass
    yield piece


@lru_cache(maxsize=64)
def _needles(names: tuple[str, ...]) -> tuple[bytes, ...]:
    return tuple(b'"%s"' % name.encode() for name in names)


def _is_json(data: bytes) -> bool:
    try:
        _decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
    return True
