"""Which lines of Caddy's log are repeated in ours: certificates and errors, bounded, without a request's fields."""

from __future__ import annotations

import json
from typing import Any, Final

LONGEST: Final = 400
LONGEST_LINE_BYTES: Final = 32_768
PER_MINUTE: Final = 20
_TROUBLE: Final = frozenset({"error", "fatal", "panic"})


class Heard:
    """Turns Caddy's lines into ours. The same is said once a minute, and no more than `PER_MINUTE` lines in one."""

    def __init__(self) -> None:
        self._minute = 0
        self._said: set[str] = set()
        self.last_error = ""
        self.is_trouble = False
        """Whether the last line of Caddy's was about something wrong."""

    def line(self, written: bytes, now: float) -> str:
        """What to say of a line that Caddy wrote at `now` (monotonic seconds); "" for nothing."""
        sentence = self._sentence(written)
        if not sentence:
            return ""
        minute = int(now // 60)
        if minute != self._minute:
            self._minute, self._said = minute, set()
        if sentence in self._said or len(self._said) >= PER_MINUTE:
            return ""
        self._said.add(sentence)
        if len(self._said) == PER_MINUTE:
            return f"{sentence} (further messages in this minute are suppressed)"
        return sentence

    def _sentence(self, written: bytes) -> str:
        try:
            told = json.loads(written)
        except ValueError:
            return self._plain(written.decode("utf-8", "replace").strip())
        if not isinstance(told, dict):
            return ""
        level, words = _word(told, "level"), _word(told, "msg")
        self.is_trouble = level in _TROUBLE
        host = _word(told, "identifier")
        if words == "certificate obtained successfully":
            return f"certificate for {host} obtained"
        if words == "certificate renewed successfully":
            return f"certificate for {host} renewed"
        if not self.is_trouble:
            return ""
        why = _word(told, "error")
        self.last_error = why or words
        if words == "could not get certificate from issuer":
            return f"no certificate for {host} yet: {why}; retrying at increasing intervals"
        return f"{words}{f' ({host})' if host else ''}{f': {why}' if why else ''}"

    def _plain(self, text: str) -> str:
        """Caddy's last words before it has a log, and when it fails."""
        if text.startswith("Error: "):
            self.last_error = text.removeprefix("Error: ")[:LONGEST]
        return ""


def _word(told: dict[str, Any], key: str) -> str:
    value = told.get(key, "")
    text = value if isinstance(value, str) else ""
    return "".join(char if char.isprintable() else " " for char in text[:LONGEST])
