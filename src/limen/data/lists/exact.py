"""Rows of a table, such as the list of customers, by keyed digests of their fields; and how they are found in a text.

A field's value is its words and numbers: `DE89 3704…` is `DE893704…`, and `Berger, Anna` is `Anna Berger`. A row is
found where enough of its fields stand near each other. A value that many rows have in common only supports others.
"""

from __future__ import annotations

import sys
from array import array
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import Final, TypeAlias

import msgspec

from limen.data.lists.arrays import array_of, bytes_of
from limen.data.lists.tokens import LONGEST, Token, Tokens, number_of, tokens_of
from limen.data.model import Confidence, Finding

MOST_VALUES: Final = 500_000
"""Rows times fields."""
MOST_WORDS: Final = 9
"""So many words or groups of digits a value may have."""
MOST_BETWEEN: Final = 40
"""So many bytes may stand between two words of a value."""
SHORTEST: Final = 3
"""A value of fewer letters and digits says nothing."""
COMMON: Final = 50
"""A value of more rows than these leads to none of them by itself."""
MOST_HITS: Final = 20_000
"""After so many values the rows in them are found, so that no number of them hides what is behind."""
MOST_ROWS: Final = 100
_NOTHING: Final = 0
Hit: TypeAlias = "tuple[int, int, int]"
"""From where to where a value stands, and its number."""


class ExactData(msgspec.Struct, frozen=True):
    """What is kept of a table: the digests of its values, row by row (0: none), and of the words in them; and how many
    bytes the longest value has.
    """

    fields: tuple[str, ...]
    values: bytes
    words: bytes
    longest: int

    @property
    def rows(self) -> int:
        return len(self.values) // 8 // max(1, len(self.fields))


def exact_of(fields: Sequence[str], rows: Iterable[Sequence[str]], key: bytes) -> ExactData:
    """What is kept of these rows, each with a value for each field. Raises ValueError where they are too many."""
    values, words, longest = array("Q"), set[int](), 0
    for row in rows:
        for value in row:
            tokens = tokens_of(value.encode("utf-8", "replace"))
            if not 1 <= len(tokens) <= MOST_WORDS or sum(map(len, tokens)) < SHORTEST:
                values.append(_NOTHING)
                continue
            longest = max(longest, sum(map(len, tokens)))
            values.append(number_of(_one(tokens), key))
            words.update(number_of(token, key) for token in tokens)
        if len(values) > MOST_VALUES:
            raise ValueError(f"these are more than {MOST_VALUES} values")
    return ExactData(tuple(fields), bytes_of(values), bytes_of(array("Q", sorted(words))), longest)


class ExactMatcher:
    """Finds rows. One serves any number of texts at once."""

    def __init__(self, name: str, data: ExactData, key: bytes, needs: int, within: int) -> None:
        self.name = name
        self._data, self._key, self._needs, self._within = data, key, needs, within
        self.longest = data.longest

    def __reduce__(self) -> tuple[type[ExactMatcher], tuple[object, ...]]:
        return ExactMatcher, (self.name, self._data, self._key, self._needs, self._within)

    def begin(self) -> ExactSearch:
        """The search through one text."""
        return ExactSearch(self)

    @cached_property
    def _values(self) -> array[int]:
        return array_of(self._data.values)

    @cached_property
    def _words(self) -> frozenset[int]:
        return frozenset(array_of(self._data.words))

    @cached_property
    def _places(self) -> tuple[array[int], array[int]]:
        """Every value in order, and which place in the table each has."""
        values = self._values
        places = array("L", sorted((at for at, one in enumerate(values) if one), key=values.__getitem__))
        return array("Q", (values[at] for at in places)), places

    def number(self, text: bytes) -> int:
        return number_of(text, self._key)

    def may_be_part(self, token: bytes, number: int) -> bool:
        """Whether a token may be a word of a value."""
        return number in self._words or _has_digits(token)

    def is_value(self, number: int) -> bool:
        ordered, _ = self._places
        at = bisect_left(ordered, number)
        return at < len(ordered) and ordered[at] == number

    def rows_with(self, number: int) -> list[int]:
        """The rows with this value; none where they are too many."""
        ordered, places = self._places
        first, last = bisect_left(ordered, number), bisect_right(ordered, number)
        fields = len(self._data.fields)
        return [] if last - first > COMMON else [places[at] // fields for at in range(first, last)]

    def fields_of(self, row: int) -> set[int]:
        """The different values of a row."""
        fields = len(self._data.fields)
        return set(self._values[row * fields : (row + 1) * fields]) - {_NOTHING}

    def lost(self) -> int:
        """How many rows are never found: too few values, or none that few rows have."""
        return sum(
            len(values := self.fields_of(row)) < self._needs or not any(map(self.rows_with, values))
            for row in range(self._data.rows)
        )

    def find(self, hits: list[Hit], until: int, seen: dict[int, Finding]) -> bool:
        """Add the rows with a hit that begins before `until` to what was `seen`, each once; False where there are more
        than are kept. Hits further than `within` before the first of these change nothing.
        """
        hits.sort()
        near, last, first = Counter[int](), 0, 0
        for start, end, number in hits:
            if start >= until:
                break
            while last < len(hits) and hits[last][0] <= start + self._within:
                near[hits[last][2]] += 1
                last += 1
            while hits[first][0] < start - self._within:
                near[hits[first][2]] -= 1
                first += 1
            for row in self.rows_with(number):
                if row not in seen and sum(near[one] > 0 for one in self.fields_of(row)) >= self._needs:
                    digest = self.number(b"row " + row.to_bytes(8)).to_bytes(8)
                    seen[row] = Finding(self.name, Confidence.HIGH, start, end, digest)
                    if len(seen) >= MOST_ROWS:
                        return False
        return True

    def settled_before(self, start: int) -> int:
        """All hits that begin before this place are known, with all that is near them, where a token begins there."""
        return start - MOST_WORDS * (LONGEST + MOST_BETWEEN) - self._within

    def needed_from(self, settled: int) -> int:
        """Hits before this place are near none that is not settled."""
        return settled - self._within


class ExactSearch:
    """The search for rows in one text."""

    def __init__(self, matcher: ExactMatcher) -> None:
        self._matcher, self._tokens = matcher, Tokens()
        self._numbers: dict[bytes, int] = {}
        self._run: list[Token] = []
        self._hits: list[Hit] = []
        self._seen: dict[int, Finding] = {}
        self._settles_at = MOST_HITS
        self._is_more = False

    def feed(self, piece: bytes) -> None:
        self._take(self._tokens.feed(piece))

    def end(self) -> tuple[list[Finding], bool]:
        """What was found, and whether there is more than that."""
        self._take(self._tokens.end())
        if not self._is_full:
            self._is_more |= not self._matcher.find(self._hits, sys.maxsize, self._seen)
        return list(self._seen.values()), self._is_more

    @property
    def _is_full(self) -> bool:
        return len(self._seen) >= MOST_ROWS

    def _settle(self, start: int) -> None:
        """Find the rows so far, and forget what leads to no other."""
        until = self._matcher.settled_before(start)
        self._is_more |= not self._matcher.find(self._hits, until, self._seen)
        needed = self._matcher.needed_from(until)
        left = [] if self._is_full else [one for one in self._hits if one[0] >= needed]
        if len(left) > 2 * MOST_HITS:  # in so little text: of values that all have one letter
            self._is_more, left = True, left[MOST_HITS:]
        self._hits, self._settles_at = left, len(left) + MOST_HITS

    def _take(self, tokens: Iterator[Token]) -> None:
        matcher, run = self._matcher, self._run
        for token in tokens:
            number = self._number(token[2])
            if not matcher.may_be_part(token[2], number):
                run.clear()
                continue
            if run and token[0] - run[-1][1] > MOST_BETWEEN:
                run.clear()
            run.append(token)
            del run[:-MOST_WORDS]
            if self._is_full:
                continue
            if len(self._hits) >= self._settles_at:
                self._settle(token[0])
            for length in range(1, len(run) + 1):
                part = run[-length:]
                if sum(len(one) for _, _, one in part) > matcher.longest:
                    break
                value = number if length == 1 else matcher.number(_one([one for _, _, one in part]))
                if matcher.is_value(value):
                    self._hits.append((part[0][0], part[-1][1], value))

    def _number(self, token: bytes) -> int:
        number = self._numbers.get(token)
        if number is None:
            if len(self._numbers) > MOST_HITS:
                self._numbers.clear()
            number = self._numbers[token] = self._matcher.number(token)
        return number


def _one(tokens: Sequence[bytes]) -> bytes:
    """A value's tokens as one: numbers whatever stands between their digits, names in any order."""
    if len(tokens) == 1:
        return tokens[0]
    return b"".join(tokens) if any(map(_has_digits, tokens)) else b" ".join(sorted(tokens))


def _has_digits(token: bytes) -> bool:
    return any(48 <= code <= 57 for code in token)
