"""HTTP/2 frames as an attacker writes them (RFC 9113 section 4.1), with header blocks of HPACK's simplest kind."""

from __future__ import annotations

DATA, HEADERS, RST_STREAM, SETTINGS, PING, GO_AWAY, WINDOW_UPDATE, CONTINUATION = 0, 1, 3, 4, 6, 7, 8, 9
END_STREAM, END_HEADERS = 0x1, 0x4
ACK = 0x1
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
_INITIAL_WINDOW_SIZE = b"\0\4"


def frame(kind: int, flags: int, stream: int, payload: bytes = b"") -> bytes:
    return len(payload).to_bytes(3, "big") + bytes([kind, flags]) + stream.to_bytes(4, "big") + payload


def text(value: str) -> bytes:
    """A string of HPACK that is not Huffman-coded (RFC 7541 section 5.2), shorter than 127 bytes."""
    return bytes([len(value)]) + value.encode()


def greeting(window: int | None = None) -> bytes:
    """How a client begins; `window` is how much of each answer it takes before it says more."""
    settings = b"" if window is None else _INITIAL_WINDOW_SIZE + window.to_bytes(4, "big")
    return PREFACE + frame(SETTINGS, 0, 0, settings) + frame(SETTINGS, ACK, 0)


def block(path: str, authority: str, *, method: bytes = b"\x82") -> bytes:
    """The head of a request over https; `method` is GET, or POST as b"\\x83", of HPACK's static table."""
    return method + b"\x87" + b"\x04" + text(path) + b"\x01" + text(authority)


def get(stream: int, path: str, authority: str) -> bytes:
    return frame(HEADERS, END_HEADERS | END_STREAM, stream, block(path, authority))


def read(said: bytes) -> list[tuple[int, int, bytes]]:
    """The whole frames in what came: kind, stream and payload."""
    found, at = [], 0
    while at + 9 <= len(said):
        end = at + 9 + int.from_bytes(said[at : at + 3], "big")
        if end > len(said):
            break
        found.append((said[at + 3], int.from_bytes(said[at + 5 : at + 9], "big"), said[at + 9 : end]))
        at = end
    return found
