"""The rules of one host as ways into the app there: which paths make a difference, who gets in, and what is open."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from limen.facts import PublicRoute
from limen.importing.authelia.hosts import Fit
from limen.importing.authelia.rules import Rule, Rules
from limen.importing.conditions import ALWAYS, ByMethods, Condition, OnRoutes, all_of
from limen.importing.first_match import OPEN, REFUSED, Ruled, is_open, ways_in
from limen.importing.model import Access, App
from limen.importing.paths import are_disjoint, covers, ordered
from limen.importing.report import Effect, Path, Report

_MOST_NAMED: Final = 4
_EVERY_METHOD: Final[frozenset[str]] = frozenset()


def app_at(host: str, rules: Rules, upstream: str, at: Path, report: Report) -> App:
    """The app at this host."""
    here = [(rule, rule.hosts.fit(host)) for rule in rules.rules]
    about = [(rule, fit) for rule, fit in here if fit is not Fit.NO]
    patterns = ordered(pattern for rule, _ in about for pattern in rule.paths.patterns)
    ways: dict[Condition, list[str]] = {}
    public: list[PublicRoute] = []
    shut: list[str] = []
    for pattern in patterns:
        kinds = _kinds(pattern, patterns, about, rules)
        for way in ways_in(kinds):
            ways.setdefault(way, []).append(pattern)
        for methods in _open_methods(kinds):
            if _is_open_inside(pattern, methods, patterns, about, rules):
                public.append(PublicRoute(methods, pattern, f"Open to everybody in Authelia: {host}"))
            else:
                shut.append(pattern)
    access = [_access(_name(host), way, some, is_whole=len(some) == len(patterns)) for way, some in ways.items()]
    if not ways and any(rule.level not in {OPEN, REFUSED} for rule, _ in about):
        why = "nobody gets in, since a rule that refuses can't be told from those behind it: open it by hand"
        report.note((*at, "rules"), f"{host}: {why}", Effect.STRICTER)
    if shut or any(_opens_conditionally(rule) for rule, _ in about):
        why = "what was open without signing in under a condition now needs a sign-in"
        report.note((*at, "rules"), f"{host}: {why}", Effect.STRICTER)
    return App(
        f"host:{host}", _name(host), tuple(access), host=host, upstream=upstream, public=tuple(public),
        patterns=patterns[:-1],
    )  # fmt: skip


def comparisons(host: str, rules: Rules) -> int:
    """How often rules and paths are held against each other to tell what they mean for this host."""
    about = [one for one in rules.rules if one.hosts.fit(host) is not Fit.NO]
    paths = len({pattern for one in about for pattern in one.paths.patterns}) + 1
    return len(rules.rules) + len(about) * (len(about) + paths * paths)


def _ruled(rule: Rule, fit: Fit, pattern: str, patterns: Sequence[str]) -> Ruled | None:
    """What the rule means for requests of this pattern that no pattern before it has; None where it never fits them."""
    paths = rule.paths
    before = patterns[: patterns.index(pattern)]
    if any(covers(one, pattern) for one in paths.surely):
        is_sure = True
    elif all(are_disjoint(one, pattern) or (one in before and covers(pattern, one)) for one in paths.patterns):
        return None
    else:
        is_sure = False
    when = all_of(rule.whose, ByMethods(rule.methods) if rule.methods else ALWAYS)
    return Ruled(when, rule.level, is_sure=is_sure and rule.is_sure and fit is Fit.YES)


def _kinds(pattern: str, patterns: Sequence[str], about: Sequence[tuple[Rule, Fit]], rules: Rules) -> list[Ruled]:
    """What the rules mean for requests of this pattern, in their order."""
    found = [_ruled(rule, fit, pattern, patterns) for rule, fit in about]
    return [*(one for one in found if one is not None), Ruled(ALWAYS, rules.default)]


def _access(name: str, way: Condition, patterns: Sequence[str], *, is_whole: bool) -> Access:
    where = ALWAYS if is_whole else OnRoutes(tuple(patterns))
    what = name if is_whole else f"{name}, {', '.join(patterns[:_MOST_NAMED])}"
    return Access(all_of(way, where), what, f"This is how {name} was opened in Authelia.")


def _open_methods(kinds: Sequence[Ruled]) -> Iterator[frozenset[str]]:
    """The methods by which everybody gets in without signing in; an empty set stands for all."""
    if is_open(kinds):
        yield _EVERY_METHOD
        return
    named = {
        method for one in kinds if one.level == OPEN and isinstance(one.when, ByMethods) for method in one.when.methods
    }
    opened = {method for method in named if is_open(_by(method, kinds))}
    if "GET" in opened and not is_open(_by("HEAD", kinds)):
        opened.discard("GET")  # a route by GET is one by HEAD, too
    if opened:
        yield frozenset(opened)


def _by(method: str, kinds: Iterable[Ruled]) -> Iterator[Ruled]:
    """The rules for requests of this method."""
    for one in kinds:
        if isinstance(one.when, ByMethods):
            if method in one.when.methods:
                yield Ruled(ALWAYS, one.level, one.is_sure)
        else:
            yield one


def _is_open_inside(
    pattern: str,
    methods: frozenset[str],
    patterns: Sequence[str],
    about: Sequence[tuple[Rule, Fit]],
    rules: Rules,
) -> bool:
    """Whether nothing that Limen's public route would open as well is shut: a public route knows no exceptions."""
    methods = methods | {"HEAD"} if "GET" in methods else methods
    for other in patterns[: patterns.index(pattern)]:
        if are_disjoint(other, pattern):
            continue
        kinds = _kinds(other, patterns, about, rules)
        if not (is_open(kinds) or (methods and all(is_open(_by(method, kinds)) for method in methods))):
            return False
    return True


def _opens_conditionally(rule: Rule) -> bool:
    return rule.level == OPEN and (rule.whose != ALWAYS or not rule.is_sure or not rule.paths.is_exact)


def _name(host: str) -> str:
    return host.split(".", 1)[0].replace("-", " ").capitalize()


def refuses_everybody(host: str, rules: Rules) -> bool:
    """Whether no rule about the host lets anybody in, so that there is no app to speak of."""
    about = [one for one in rules.rules if one.hosts.fit(host) is Fit.YES]
    return rules.default == REFUSED and all(one.level == REFUSED for one in about)
