r"""A request target as every upstream could read it: one plain path, or a refusal where two readings are possible.

Upstreams disagree about `%2F`, `..`, `;x`, `//` and `\`. A path that is judged under one reading and served under
another is a hole, so a target with more than one reading is refused; an app may opt in to encoded characters, and is
then judged by the strictest of all readings.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import quote

MAX_TARGET_BYTES = 8_192
MAX_READINGS_DEEP = 3

_ESCAPE = re.compile(rb"%([0-9A-Fa-f]{2})")
_BAD_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2})")
_NOT_VISIBLE_ASCII = re.compile(rb"[^\x21-\x7e]")
_PLAIN = re.compile(rb"(?:/[A-Za-z0-9_~!$&'()*+,=:@-][A-Za-z0-9_~!$&'()*+,=:@.-]*)+/?|/")
_LOOK_ALIKES = frozenset("\u2044\u2215\u29f8\u2216\u29f5\ufe68")
"""Slashes and backslashes that NFKC leaves as they are, but best-fit conversions do not."""
_TWO_FACED = frozenset(b"/\\;.?#")


class BadPath(StrEnum):
    """Why a target is refused, as the journal names it."""

    NOT_A_PATH = "path-not-a-path"
    TOO_LONG = "path-too-long"
    RAW_BYTE = "path-raw-byte"
    FRAGMENT = "path-fragment"
    BACKSLASH = "path-backslash"
    PARAMETER = "path-parameter"
    BAD_ESCAPE = "path-bad-escape"
    ENCODED_DELIMITER = "path-encoded-delimiter"
    DOUBLE_ENCODING = "path-double-encoding"
    CONTROL = "path-control-character"
    NOT_UTF8 = "path-not-utf8"
    LOOK_ALIKE = "path-look-alike"
    EMPTY_SEGMENT = "path-empty-segment"
    DOT_SEGMENT = "path-dot-segment"


class PathRefusedError(ValueError):
    """The target has more than one reading; `why` names the trick."""

    def __init__(self, why: BadPath) -> None:
        super().__init__(why.value)
        self.why = why


@dataclass(frozen=True, slots=True)
class Readings:
    """Every path an upstream might take the target for; the first one is the one that is shown and kept."""

    paths: tuple[str, ...]


def read(target: bytes, *, opts_in_encoded: bool = False) -> Readings:
    """Normalise the path of `target` (origin-form, RFC 9112 section 3.2.1; its query is not looked at).

    Raises PathRefusedError when the path could be understood in more than one way. With `opts_in_encoded`, encoded
    delimiters, parameters and double encoding are taken, and all the readings they allow are given back.
    """
    path = target.partition(b"?")[0]
    if len(target) <= MAX_TARGET_BYTES and b"#" not in target and _PLAIN.fullmatch(path):
        return Readings((path.decode("ascii"),))
    _refuse_malformed(target, path)
    if not opts_in_encoded:
        _refuse_two_faced(path)
    decoded = _decode(path)
    _refuse_characters(decoded)
    _refuse_segments(path.decode("ascii"))
    if not opts_in_encoded:
        _refuse_segments(decoded)
        return Readings((decoded,))
    return Readings(tuple(dict.fromkeys(_all_readings(path, decoded))))


def local_path(to: str) -> str | None:
    r"""`to` if it leads to a path on the same host and nowhere else, otherwise None.

    Browsers read `\` as `/` and drop tabs and newlines (URL standard, section 4.4), so those never pass.
    """
    if not to.startswith("/") or to.startswith(("//", "/\\")) or len(to) > 2_048:
        return None
    if any(not 0x21 <= ord(c) <= 0x7E or c == "\\" for c in to):
        return None
    return to


def to_local_target(target: bytes) -> str:
    """A request's own target as a `to` value: what `local_path` takes, or "/" where it would not."""
    text = quote(target.decode("latin-1"), safe="/?&=%:@!$'()*+,;~-._[]")
    return local_path(text) or "/"


def _refuse_malformed(target: bytes, path: bytes) -> None:
    if len(target) > MAX_TARGET_BYTES:
        raise PathRefusedError(BadPath.TOO_LONG)
    if not path.startswith(b"/"):
        raise PathRefusedError(BadPath.NOT_A_PATH)
    if _NOT_VISIBLE_ASCII.search(path):
        raise PathRefusedError(BadPath.RAW_BYTE)
    if b"#" in target:
        raise PathRefusedError(BadPath.FRAGMENT)
    if b"\\" in path:
        raise PathRefusedError(BadPath.BACKSLASH)
    if _BAD_ESCAPE.search(path):
        raise PathRefusedError(BadPath.BAD_ESCAPE)


def _refuse_two_faced(path: bytes) -> None:
    if b";" in path:
        raise PathRefusedError(BadPath.PARAMETER)
    for found in _ESCAPE.finditer(path):
        byte = int(found[1], 16)
        if byte in _TWO_FACED:
            raise PathRefusedError(BadPath.ENCODED_DELIMITER)
    # Looked for in what came out: the digits of the second escape may themselves have been escaped.
    if _ESCAPE.search(_ESCAPE.sub(_byte, path)):
        raise PathRefusedError(BadPath.DOUBLE_ENCODING)


def _byte(escape: re.Match[bytes]) -> bytes:
    return bytes((int(escape[1], 16),))


def _decode(path: bytes) -> str:
    try:
        return _ESCAPE.sub(_byte, path).decode("utf-8")
    except UnicodeDecodeError:
        raise PathRefusedError(BadPath.NOT_UTF8) from None


def _refuse_characters(decoded: str) -> None:
    for character in decoded:
        if character < " " or "\x7f" <= character <= "\x9f":
            raise PathRefusedError(BadPath.CONTROL)
        if character in _LOOK_ALIKES:
            raise PathRefusedError(BadPath.LOOK_ALIKE)
        if character > "\x7f" and set(unicodedata.normalize("NFKC", character)) & set("/\\;.%?#"):
            raise PathRefusedError(BadPath.LOOK_ALIKE)


def _refuse_segments(path: str) -> None:
    segments = path.split("/")[1:]
    if "" in segments[:-1]:
        raise PathRefusedError(BadPath.EMPTY_SEGMENT)
    if any(segment in {".", ".."} or segment.startswith(("..;", ".;")) for segment in segments):
        raise PathRefusedError(BadPath.DOT_SEGMENT)


def _all_readings(raw: bytes, decoded: str) -> list[str]:
    """As sent, decoded once, again and again; each with and without query and parameters, dots and empties resolved."""
    layers = [raw.decode("ascii"), decoded]
    for _ in range(MAX_READINGS_DEEP):
        deeper = _decode(layers[-1].encode("utf-8"))
        if deeper == layers[-1]:
            break
        _refuse_characters(deeper)
        layers.append(deeper)
    else:
        raise PathRefusedError(BadPath.DOUBLE_ENCODING)
    readings = [decoded]
    for layer in layers:
        for text in (layer, _cut(layer)):
            readings += [text, _resolved(text), _resolved(_without_parameters(text))]
    return readings


def _cut(path: str) -> str:
    """The path for whoever takes a decoded `?` or `#` for the end of it."""
    return path.partition("?")[0].partition("#")[0]


def _without_parameters(path: str) -> str:
    return "/".join(segment.partition(";")[0] for segment in path.replace("\\", "/").split("/"))


def _resolved(path: str) -> str:
    """Remove dot segments (RFC 3986 section 5.2.4) and empty segments."""
    kept: list[str] = []
    for segment in path.replace("\\", "/").split("/"):
        if segment == "..":
            del kept[-1:]
        elif segment not in {"", "."}:
            kept.append(segment)
    return "/" + "/".join(kept)
