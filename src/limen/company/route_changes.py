"""Which requests to an app are another action than before, or public now, exactly: over all methods and all paths.

    changes_of(old, new).changes → (RouteChange(methods, patterns, was="edit", now="view"), …)

Paths are told apart only as far as the rules of both sides do: for each segment the words that a rule names, such words
in other letters, and one word that stands for all others. What each of these paths is, `enforcement.routes` says, which
also decides real requests; nothing of it is repeated here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from limen.company.routes import METHODS
from limen.enforcement.paths import PathRefusedError
from limen.enforcement.request_action import Routes
from limen.facts import ActionRule, App, PublicRoute

PUBLIC: Final = "public"
"""Open to everybody in the world, without sign-in."""
REFUSED: Final = "refused"
"""Such a path reaches no app."""
MOST_PATHS: Final = 4_000
"""How many kinds of paths of one app are looked at."""
_OTHER: Final = "X-OTHER"
"""Stands for each method that no rule names."""
_Answer: TypeAlias = tuple[str, str]
_Rule: TypeAlias = ActionRule | PublicRoute


@dataclass(frozen=True, slots=True)
class RouteChange:
    """Requests with one of `methods` (empty: any) on a path that one of `patterns` means were `was` and are `now`.

    Both are an action, `PUBLIC` or `REFUSED`. In a pattern `*` is a word that no rule names there; where the same holds
    for a path in other letters, that is not told again.
    """

    methods: frozenset[str]
    patterns: tuple[str, ...]
    was: str
    now: str


@dataclass(frozen=True, slots=True)
class RouteChanges:
    """All of them; `is_whole` is false where there were too many kinds of paths to look at each."""

    changes: tuple[RouteChange, ...]
    is_whole: bool


def changes_of(old: App, new: App) -> RouteChanges:
    """See the module."""
    walk = _Walk(old, new)
    root = walk.node((), (), tuple(walk.rules))
    told: dict[tuple[str, str, str], list[str]] = {}
    for method in walk.methods:
        for pattern, (was, now) in root.told(method):
            told.setdefault((pattern, was, now), []).append(method)
    together: dict[tuple[frozenset[str], str, str], list[str]] = {}
    for (pattern, was, now), methods in told.items():
        every = frozenset[str]() if len(methods) == len(walk.methods) else frozenset(methods) - {_OTHER}
        together.setdefault((every, was, now), []).append(pattern)
    changes = tuple(
        RouteChange(key[0], tuple({one.casefold(): one for one in reversed(some)}.values())[::-1], key[1], key[2])
        for key, some in together.items()
    )
    return RouteChanges(changes, walk.left >= 0)


@dataclass(slots=True)
class _Node:
    """Paths that begin alike. `ends` is what the path itself is, by method; `below` all that go on, by their word.

    `rest` says that paths below are all alike. `answers` of a method are (before, now), where these differ.
    """

    pattern: str
    ends: dict[str, dict[str, _Answer | None]] = field(default_factory=dict)
    below: list[_Node] = field(default_factory=list)
    rest: dict[str, _Answer | None] | None = None

    def leaves(self, method: str) -> Iterator[_Answer | None]:
        for end in self.ends.values():
            yield end[method]
        if self.rest is not None:
            yield self.rest[method]
        for one in self.below:
            yield from one.leaves(method)

    def told(self, method: str) -> Iterator[tuple[str, _Answer]]:
        """The patterns of what differs, each as wide as it can be."""
        alike = set(self.leaves(method))
        if len(alike) == 1:
            (only,) = alike
            if only is not None:
                yield (self.pattern or "") + ("/**" if self.below or self.rest else ""), only
            return
        ends = {pattern: end[method] for pattern, end in self.ends.items()}
        if len(set(ends.values())) == 1:  # with a slash at the end it is the same
            ends = dict(list(ends.items())[:1])
        for pattern, answer in ends.items():
            if answer is not None:
                yield pattern, answer
        if self.rest is not None and (answer := self.rest[method]) is not None:
            yield f"{self.pattern}/*/**", answer
        for one in self.below:
            yield from one.told(method)


class _Walk:
    """All kinds of paths that the rules of both sides tell apart, without those about which both say the same."""

    def __init__(self, old: App, new: App) -> None:
        self.old, self.new = Routes(old), Routes(new)
        before: tuple[_Rule, ...] = (*old.rules, *old.public)
        now: tuple[_Rule, ...] = (*new.rules, *new.public)
        self.is_old, self.is_new = set[_Rule](before), set[_Rule](now)
        self.rules: dict[_Rule, tuple[tuple[str, ...], bool]] = {
            rule: _segments(rule.pattern) for rule in (*before, *now)
        }
        named = {method for rule in self.rules for method in rule.methods}
        self.methods = tuple(dict.fromkeys((*METHODS, *sorted(named), _OTHER)))
        words = {word.casefold() for segments, _ in self.rules.values() for word in segments}
        self.other = next(f"any{number}" for number in range(len(words) + 1) if f"any{number}" not in words)
        self.is_alike = (self.old.fallback, old.opts_in_encoded_paths) == (self.new.fallback, new.opts_in_encoded_paths)
        self.left = MOST_PATHS

    def node(self, words: tuple[str, ...], shown: tuple[str, ...], alive: tuple[_Rule, ...]) -> _Node:
        """Paths that begin with these words, which the rules in `alive` may mean."""
        node = _Node("".join(f"/{one}" for one in shown))
        if self.is_alike and all((one in self.is_old) == (one in self.is_new) for one in alive):
            return self._untouched(node)
        self.left -= 1
        if self.left < 0:
            return self._untouched(node)
        path = "".join(f"/{one}" for one in words)
        for end in dict.fromkeys((path or "/", f"{path}/")):
            node.ends[f"{node.pattern}/" if end.endswith("/") else node.pattern] = self._answers(end)
        depth = len(words)
        if all(len(self.rules[one][0]) <= depth for one in alive):
            node.rest = self._answers(f"{path}/{self.other}")
            return node
        for word, told in self._words(alive, depth):
            going_on = tuple(one for one in alive if self._may_go_on(one, depth, word))
            node.below.append(self.node((*words, word), (*shown, told), going_on))
        return node

    def _untouched(self, node: _Node) -> _Node:
        node.rest = dict.fromkeys(self.methods)
        return node

    def _words(self, alive: tuple[_Rule, ...], depth: int) -> Iterator[tuple[str, str]]:
        """Each word that a rule names here, in its letters and in others, and one for all the rest; with its name."""
        segments = (self.rules[one][0] for one in alive)
        named = sorted({some[depth] for some in segments if len(some) > depth and some[depth] != "*"})
        for word in named:
            yield word, word
        for word in {word.casefold(): word for word in named}.values():
            other = next((one for one in _in_other_letters(word) if one not in named), None)
            if other is not None:
                yield other, other
        yield self.other, "*"

    def _may_go_on(self, rule: _Rule, depth: int, word: str) -> bool:
        segments, any_rest = self.rules[rule]
        if len(segments) <= depth:
            return any_rest
        return segments[depth] == "*" or segments[depth].casefold() == word.casefold()

    def _answers(self, path: str) -> dict[str, _Answer | None]:
        found: dict[str, _Answer | None] = {}
        for method in self.methods:
            was, now = _asked(self.old, method, path), _asked(self.new, method, path)
            found[method] = (was, now) if was != now else None
        return found


def _asked(routes: Routes, method: str, path: str) -> str:
    try:
        found = routes.route(method.encode(), path.encode())
    except PathRefusedError:
        return REFUSED
    return found.request.action if found.public is None else PUBLIC


def _segments(pattern: str) -> tuple[tuple[str, ...], bool]:
    segments = tuple(one for one in pattern.split("/") if one)
    return (segments[:-1], True) if segments and segments[-1] == "**" else (segments, False)


def _in_other_letters(word: str) -> Iterable[str]:
    """The same word, as an app that ignores case reads it, in letters that are written otherwise."""
    return (one for one in (word.swapcase(), word.upper(), word.lower(), word.title()) if one != word)


def methods_said(methods: frozenset[str]) -> str:
    """`POST`, `GET and PUT`, `any method`: HEAD goes with GET."""
    if not methods:
        return "Any method on"
    some = sorted(methods - ({"HEAD"} if "GET" in methods else set()))
    return ", ".join(some)
