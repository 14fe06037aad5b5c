"""The language of FortiOS: `config`, `edit`, `set`, `next` and `end`, as a table of settings for each section.

Texts in quotes may go over lines; a certificate does. What stands deeper than an entry of a section keeps the names of
all that it stands in.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from limen.network.reading.reading import MOST_BYTES, UnreadableError, refuse_beyond

Entry: TypeAlias = dict[str, list[str]]
"""By setting its values."""
MOST_LINES: Final = 1_000_000
MOST_DEPTH: Final = 12
_LONGEST: Final = 1 << 20
"""Of one statement, in characters."""
_WORD: Final = re.compile(r'"((?:\\.|[^"\\])*)"|([^\s"]+)', re.DOTALL)
_ESCAPED: Final = re.compile(r"\\(.)", re.DOTALL)


@dataclass
class Section:
    """Its entries by name, in their order; settings without one are in the entry of the name ""."""

    entries: dict[str, Entry] = field(default_factory=dict)


Sections: TypeAlias = Mapping[str, Section]
"""By name, as `firewall policy`."""


def sections_of(text: str) -> dict[str, dict[str, Section]]:
    """By virtual domain ("" for all outside of one) its sections. Raises UnreadableError."""
    refuse_beyond(len(text), MOST_BYTES, "bytes")
    domains: dict[str, dict[str, Section]] = {"": {}}
    walk = _Walk(domains)
    for words in _statements(text):
        walk.take(words)
    if walk.path:
        raise UnreadableError("the file ends within a section", "give it whole, as `show` prints it")
    return domains


class _Walk:
    """Where in the file it is: `path` are the sections and entries that are open, one within the other."""

    def __init__(self, domains: dict[str, dict[str, Section]]) -> None:
        self._domains = domains
        self.path: list[tuple[bool, str]] = []

    def take(self, words: list[str]) -> None:
        verb, rest = words[0], words[1:]
        if verb == "config":
            self._open(is_entry=False, name=" ".join(rest))
        elif verb == "edit":
            self._open(is_entry=True, name=" ".join(rest))
        elif verb in {"next", "end"}:
            self._close(verb)
        elif verb in {"set", "append", "unset"} and rest:
            entry = self._entry()
            if verb == "unset":
                entry.pop(rest[0], None)
            elif verb == "append":
                entry.setdefault(rest[0], []).extend(rest[1:])
            else:
                entry[rest[0]] = rest[1:]
        elif verb in {"delete", "purge"}:
            self._remove(verb, rest)

    def _open(self, *, is_entry: bool, name: str) -> None:
        self.path.append((is_entry, name))
        refuse_beyond(len(self.path), MOST_DEPTH, "sections within one another")
        self._entry()

    def _close(self, verb: str) -> None:
        """`end` closes a section with the entry that is open in it."""
        if verb == "end" and self.path and self.path[-1][0]:
            self.path.pop()
        if not self.path or self.path[-1][0] is not (verb == "next"):
            raise UnreadableError(f"`{verb}` closes what is not open", "give the file whole, as `show` prints it")
        self.path.pop()

    def _remove(self, verb: str, names: list[str]) -> None:
        domain, section, _ = self._place()
        entries = self._domains.setdefault(domain, {}).setdefault(section, Section()).entries
        if verb == "purge":
            entries.clear()
        for name in names:
            entries.pop(name, None)

    def _entry(self) -> Entry:
        domain, section, name = self._place()
        return self._domains.setdefault(domain, {}).setdefault(section, Section()).entries.setdefault(name, {})

    def _place(self) -> tuple[str, str, str]:
        path, domain = list(self.path), ""
        if path and path[0] == (False, "vdom"):
            domain = path[1][1] if len(path) > 1 else ""
            path = path[2:]
        elif path and path[0] == (False, "global"):
            path = path[1:]
        is_in_entry = bool(path) and path[-1][0]
        names = [name for _, name in path]
        return domain, " ".join(names[:-1] if is_in_entry else names), names[-1] if is_in_entry else ""


def _statements(text: str) -> Iterator[list[str]]:
    """Each as its words. A line with an odd number of quotes goes on with the next."""
    waiting: list[str] = []
    length = 0
    lines = text.splitlines()
    refuse_beyond(len(lines), MOST_LINES, "lines")
    for line in lines:
        if not waiting and (not line.strip() or line.lstrip().startswith("#")):
            continue
        waiting.append(line)
        length += len(line)
        refuse_beyond(length, _LONGEST, "characters in one statement")
        if sum(_ESCAPED.sub("", one).count('"') for one in waiting[-1:]) % 2 == (1 if len(waiting) == 1 else 0):
            continue
        words = _words("\n".join(waiting))
        waiting, length = [], 0
        if words:
            yield words
    if waiting:
        raise UnreadableError("a text in quotes does not end", "give the file whole, as `show` prints it")


def _words(statement: str) -> list[str]:
    return [_ESCAPED.sub(r"\1", quoted) if quoted or not plain else plain for quoted, plain in _WORD.findall(statement)]
