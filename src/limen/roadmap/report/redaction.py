"""Names of people taken out of texts that others wrote: names, parts of names, addresses and ids. Pure.

What Limen says itself names nobody; what a row, an app or a reason is called may. Rather a word too many goes than one
too few: somebody called Rose takes every rose with them, and in what others wrote also every prose.

Letters are compared without case and accents, and umlauts also as they are spelled out: Jörg is Joerg and Jorg.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from limen.facts import Person
from limen.roadmap.report.folded_text import bare, folded, is_ideographic, seen, spellings

INSTEAD: Final = "[a person]"
_SHORTEST: Final = 3
"""Shorter parts of names are within too many words: they go only where they stand alone."""
_IN_NO_WORD: Final = 5
"""A part of a name so long stands in hardly any other word, and is looked for within every one."""
_MOST_SIGNS: Final = 12
"""Of a name in a script without spaces."""
_PARTICLES: Final = frozenset(
    (
        *("and", "auf", "bin", "das", "del", "della", "dem", "den", "der", "des", "dos", "ibn", "las", "los"),
        *("the", "ter", "ten", "van", "von", "zu", "zum", "zur"),
    )
)
"""Parts of names that go only where they stand alone: else whatever a vendor ordered would be somebody."""
_WORDS_OF_TWO: Final = frozenset(
    (
        *("al", "am", "an", "as", "at", "be", "by", "da", "de", "di", "do", "du", "ed", "el", "er", "es", "et", "go"),
        *("he", "if", "im", "in", "is", "it", "la", "le", "me", "my", "no", "of", "on", "or", "so", "st", "to", "up"),
        *("us", "we", "zu"),
    )
)
"""Two letters that are also a word of a language: they go where they are written as a name, or joined to more."""
_BETWEEN: Final = re.compile(r"[\s\d,.;:'’`\"()_+/\\\-]+")
_TOKEN: Final = re.compile(r"[^\s/\\:;,()\[\]{}<>\"|=&?!#*%$^~`“”„«»…、。，：；！？（）「」]+")
"""A word with what is joined to it: a host's name, an address, an id."""
_JOINING: Final = ".-'’_@+"
_NO_LETTERS: Final = re.compile(r"[\W\d_]+")

_IsTheirs = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Redaction:
    """Takes people out of texts; one without people leaves every text as it is.

    All it looks for is bare letters: `words` go where they stand alone, `pieces` (the longest has so many letters)
    also from within other words, and `runs` from within any text, since their script has no spaces.
    """

    words: frozenset[str] = frozenset()
    pieces: frozenset[str] = frozenset()
    runs: frozenset[str] = frozenset()
    longest: int = 0

    @classmethod
    def of(cls, people: Iterable[Person]) -> Redaction:
        words: set[str] = set()
        runs: set[str] = set()
        for one in people:
            if not one.is_workload:
                words.update(_words_of(one))
                runs.update(_runs_of(one.name))
        pieces = {one for one in words if len(one) >= _SHORTEST and one not in _PARTICLES}
        return cls(frozenset(words), frozenset(pieces), frozenset(runs), max(map(len, pieces), default=0))

    def __call__(self, text: str) -> str:
        """A sentence of Limen without people: each word that is a name, or is made of one, goes."""
        return self._without(text, self._is_called)

    def named(self, text: str) -> str:
        """What others wrote, without people: each word that has a part of a name anywhere in it goes."""
        return self._without(text, self._has_piece)

    def _without(self, text: str, is_theirs: _IsTheirs) -> str:
        if not self.words:
            return text

        def kept(found: re.Match[str]) -> str:
            token = found[0]
            word = token.strip(_JOINING)
            return token.replace(word, INSTEAD) if word and is_theirs(seen(word)) else token

        return _without_runs(_TOKEN.sub(kept, text), self.runs)

    def _is_called(self, token: str) -> bool:
        whole, parts = bare(token), [bare(one) for one in _parts(token)]
        if len(parts) > 1 and (whole in self.words or "".join(parts) in self.words):
            return True
        if any(self._is_word(one, token, whole) for one in parts):
            return True
        return any(self._has_piece_in(one, _IN_NO_WORD) for one in parts)

    def _has_piece(self, token: str) -> bool:
        joined = "".join(bare(one) for one in _parts(token))
        either = {bare(token), joined}
        return self._is_called(token) or any(self._has_piece_in(one, _SHORTEST) for one in either)

    def _is_word(self, part: str, token: str, whole: str) -> bool:
        if part in _WORDS_OF_TWO and whole == part and not token[:1].isupper():
            return False
        return part in self.words or (len(part) > _SHORTEST and part.endswith("s") and part[:-1] in self.words)

    def _has_piece_in(self, word: str, least: int) -> bool:
        lengths = range(least, min(self.longest, len(word)) + 1)
        return any(word[at : at + one] in self.pieces for one in lengths for at in range(len(word) - one + 1))


def _words_of(person: Person) -> Iterator[str]:
    """How somebody may be called, also in the name of a laptop: `ada`, `adaharbor`, `aharbor`."""
    yield from (bare(one) for one in (person.id, person.name.strip(), person.email.strip()) if one)
    for text in (person.name, person.email.partition("@")[0]):
        parts = [part for part in _BETWEEN.split(text) if part]
        yield from (form for part in parts for form in spellings(part) if len(form) > 1)
        if len(parts) > 1:
            first, last, further = parts[0], parts[-1], "".join(parts[1:])
            turned = last + first, last + first[0]
            for joined in (first + further, further, first[0] + last, first + last[0], *turned):
                yield from (form for form in spellings(joined) if len(form) > 1)


def _runs_of(name: str) -> Iterator[str]:
    """Of a name in a script without spaces, each two signs and more that follow each other."""
    signs = "".join(one for one in unicodedata.normalize("NFKC", name) if is_ideographic(one))[:_MOST_SIGNS]
    for begin in range(len(signs)):
        yield from (bare(signs[begin:end]) for end in range(begin + 2, len(signs) + 1))


def _parts(token: str) -> list[str]:
    """The words that a token is made of: `AdasMacBook`, `ada-mbp`, `ada01`."""
    return [one for part in _NO_LETTERS.split(token) for one in _humps(part) if one]


def _humps(part: str) -> Iterator[str]:
    begin = 0
    for at in range(1, len(part)):
        if not part[at].isupper():
            continue
        is_of_it = part[at + 1 : at + 2] == "s" and not part[at + 2 : at + 3].islower()  # ADAsMacBook
        if part[at - 1].islower() or (part[at + 1 : at + 2].islower() and not is_of_it):
            yield part[begin:at]
            begin = at
    yield part[begin:]


def _without_runs(text: str, runs: frozenset[str]) -> str:
    """The text without any of these, the longest first."""
    if not runs or text.isascii():
        return text
    letters, origins = folded(text)
    longest, said, kept_from, at = max(map(len, runs)), list[str](), 0, 0
    while at < len(letters):
        length = next((one for one in range(longest, 0, -1) if letters[at : at + one] in runs), 0)
        if length:
            said += [text[kept_from : origins[at]], INSTEAD]
            kept_from = origins[at + length]
        at += length or 1
    return "".join((*said, text[kept_from:]))
