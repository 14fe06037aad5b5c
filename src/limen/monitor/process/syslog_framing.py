"""Where one syslog message ends on a stream, and the next begins (RFC 6587, RFC 5425 section 4.3).

`LENGTH SP MESSAGE` is counted octets; whatever begins otherwise ends with a newline, as most devices send it. Of a
message that is too long the beginning is taken, and the rest passed over, however long it goes on.
"""

from __future__ import annotations

from typing import Final

LONGEST: Final = 64 << 10
"""Bytes of one message."""
_MOST_DIGITS: Final = 9
_ENDS: Final = b"\r\n\x00"


class Framing:
    """One stream. `cut` counts the messages of which the end was passed over."""

    def __init__(self) -> None:
        self.cut = 0
        self._buffer = bytearray()
        self._octets_to_skip = 0
        self._skips_to_newline = False

    @property
    def is_within(self) -> bool:
        """Whether a message has begun that has not ended."""
        return bool(self._buffer) or self._octets_to_skip > 0 or self._skips_to_newline

    def feed(self, data: bytes) -> list[bytes]:
        """The messages that are complete with this."""
        buffer = self._buffer
        buffer += data
        found: list[bytes] = []
        at = 0
        while at < len(buffer):
            after, message = self._next(buffer, at)
            if message is not None and (stripped := message.rstrip(_ENDS)):
                found.append(stripped)
            if after == at:
                break
            at = after
        del buffer[:at]
        return found

    def end(self) -> list[bytes]:
        """What was begun when the stream ended."""
        rest = bytes(self._buffer).strip(_ENDS)
        self._buffer.clear()
        return [rest] if rest else []

    # Inside: each returns where to go on, and a message if there is one; where nothing goes on, more has to come

    def _next(self, buffer: bytearray, at: int) -> tuple[int, bytes | None]:
        if self._octets_to_skip:
            skipped = min(self._octets_to_skip, len(buffer) - at)
            self._octets_to_skip -= skipped
            return at + skipped, None
        if self._skips_to_newline:
            end = buffer.find(b"\n", at)
            self._skips_to_newline = end < 0
            return (len(buffer) if end < 0 else end + 1), None
        if 0x31 <= buffer[at] <= 0x39:
            space = buffer.find(b" ", at, at + _MOST_DIGITS + 1)
            if space > 0 and buffer[at:space].isdigit():
                return self._counted(buffer, at, space)
            if space < 0 and len(buffer) - at <= _MOST_DIGITS and buffer[at:].isdigit():
                return at, None
        return self._line(buffer, at)

    def _counted(self, buffer: bytearray, at: int, space: int) -> tuple[int, bytes | None]:
        size, begin = int(buffer[at:space]), space + 1
        if size <= LONGEST:
            return (at, None) if len(buffer) - begin < size else (begin + size, bytes(buffer[begin : begin + size]))
        if len(buffer) - begin < LONGEST:
            return at, None
        self.cut += 1
        self._octets_to_skip = size - LONGEST
        return begin + LONGEST, bytes(buffer[begin : begin + LONGEST])

    def _line(self, buffer: bytearray, at: int) -> tuple[int, bytes | None]:
        end = buffer.find(b"\n", at, at + LONGEST + 1)
        if end >= 0:
            return end + 1, bytes(buffer[at:end])
        if len(buffer) - at <= LONGEST:
            return at, None
        self.cut += 1
        self._skips_to_newline = True
        return at + LONGEST, bytes(buffer[at : at + LONGEST])
