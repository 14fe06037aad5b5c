"""`access_control` as rules: to which hosts each belongs, which requests it fits, and what it asks for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from limen.facts.addresses import read_network
from limen.importing.authelia.hosts import Hosts, read_domain, read_domain_regex
from limen.importing.authelia.resources import ANYTHING, UNKNOWN, Paths, read_resource
from limen.importing.authelia.words import is_filled_in, words
from limen.importing.conditions import ALWAYS, NEVER, Condition, FromNetworks, InGroup, Network, all_of, any_of
from limen.importing.entries import ROUTED
from limen.importing.first_match import OPEN, REFUSED
from limen.importing.report import Effect, Path, Report

LEVELS: Final[Mapping[str, int]] = {"bypass": OPEN, "one_factor": 1, "two_factor": 2, "deny": REFUSED}
USER, GROUP = "user:", "group:"
_PROGRAM: Final = "oauth2:client:"
_NOT_HERE: Final = (
    "what stands here can't be read: the rule opens nothing by itself, and still refuses what it may refuse"
)
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT"}) | {
    "COPY", "LOCK", "MKCOL", "MOVE", "PROPFIND", "PROPPATCH", "UNLOCK",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule as Limen can read it. What it fits beyond what is said here makes `is_sure` False: then it fits at most
    that.
    """

    number: int
    level: int
    hosts: Hosts
    paths: Paths = ANYTHING
    methods: frozenset[str] = frozenset()
    networks: tuple[Network, ...] | None = None
    subject: Condition = ALWAYS
    is_sure: bool = True

    @property
    def whose(self) -> Condition:
        """Who it is about, and from where."""
        return all_of(self.subject, FromNetworks(self.networks) if self.networks is not None else ALWAYS)


@dataclass(slots=True)
class Rules:
    """All rules in their order, what stands where none fits, and the accounts and groups that they name."""

    rules: list[Rule] = field(default_factory=list)
    default: int = REFUSED
    named: dict[str, None] = field(default_factory=dict)


def read_rules(section: Any, definitions: Any, at: Path, report: Report) -> Rules:
    """What `access_control` says, each value accounted for."""
    if not isinstance(section, Mapping):
        return Rules()
    networks = _Networks(report)
    networks.take(section.get("networks"), (*at, "networks"))
    if isinstance(definitions, Mapping) and isinstance(definitions.get("network"), Mapping):
        networks.take_defined(definitions["network"], (at[0], "definitions", "network"))
    found = Rules()
    if "default_policy" in section:
        found.default = _level(section["default_policy"], (*at, "default_policy"), report, found.default)
    for number, body in enumerate(words(section.get("rules"))):
        where = (*at, "rules", number)
        if isinstance(body, Mapping):
            found.rules.append(_Reading(body, where, report, networks, found.named).read(number))
        else:
            report.not_translated(where, "this is not a rule: it counts as one that refuses, anywhere", Effect.STRICTER)
            found.rules.append(Rule(number, REFUSED, Hosts(some=True), is_sure=False))
    return found


def _level(value: Any, at: Path, report: Report, otherwise: int) -> int:
    if isinstance(value, str) and value in LEVELS:
        into = {"bypass": "a public route", "deny": "a refusal"}.get(value, f"a sign-in strength of {LEVELS[value]}")
        report.translated(at, into)
        return LEVELS[value]
    report.not_translated(at, "no policy that is known; it counts as deny", Effect.STRICTER)
    return otherwise


class _Networks:
    """Networks by the names that rules call them."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._named: dict[str, _Named] = {}

    def take(self, section: Any, at: Path) -> None:
        for number, one in enumerate(words(section)):
            where = (*at, number)
            if isinstance(one, Mapping) and isinstance(one.get("name"), str):
                self._report.translated((*where, "name"), "the networks stand in the conditions of the policies")
                self._define(one["name"], one.get("networks"), (*where, "networks"))

    def take_defined(self, section: Mapping[str, Any], at: Path) -> None:
        for name, value in section.items():
            self._define(name, value, (*at, name))

    def _define(self, name: str, value: Any, at: Path) -> None:
        """A name for networks. Of a second definition nobody here knows whether Authelia takes it."""
        found = tuple(self._read(value, at))
        networks = tuple(one for one in found if one is not None)
        self._named[name] = _Named(networks, is_whole=0 < len(networks) == len(found) and name not in self._named)

    def _read(self, value: Any, at: Path) -> Iterator[Network | None]:
        """Each network; None for what can't be read."""
        for number, one in enumerate(words(value)):
            where = (*at, number) if isinstance(value, list) else at
            network = _network(one)
            if network is None:
                self._report.not_translated(where, _NOT_HERE, Effect.STRICTER)
            else:
                self._report.translated(where, "a network in conditions")
            yield network

    def of(self, value: Any, at: Path) -> tuple[tuple[Network, ...], bool]:
        """The networks that a rule names, and whether these are surely all of them."""
        found: list[Network] = []
        is_sure = True
        for number, one in enumerate(words(value)):
            where = (*at, number) if isinstance(value, list) else at
            network = _network(one)
            named = self._named.get(one) if isinstance(one, str) else None
            if named is not None and named.is_whole:
                found += named.networks
            elif named is None and network is not None:
                found.append(network)
            else:
                is_sure = False
                self._report.not_translated(where, _NOT_HERE, Effect.STRICTER)
                continue
            self._report.translated(where, "the address, in the conditions of policies")
        return tuple(dict.fromkeys(found)), is_sure


@dataclass(frozen=True, slots=True)
class _Named:
    """Networks by one name. `is_whole`: all that Authelia counts to it could be read."""

    networks: tuple[Network, ...]
    is_whole: bool


def _network(value: Any) -> Network | None:
    try:
        return read_network(value) if isinstance(value, str) else None
    except ValueError:
        return None


class _Reading:
    """One rule, criterion by criterion."""

    def __init__(
        self, body: Mapping[str, Any], at: Path, report: Report, networks: _Networks, named: dict[str, None]
    ) -> None:
        self._body, self._at, self._report, self._networks, self._named = body, at, report, networks, named
        self._is_sure = True

    def read(self, number: int) -> Rule:
        level = _level(self._body.get("policy"), (*self._at, "policy"), self._report, REFUSED)
        hosts = self._hosts()
        networks = self._from()
        return Rule(
            number, level, hosts, self._paths(), self._methods(), networks, self._subject(), is_sure=self._query()
        )

    def _hosts(self) -> Hosts:
        hosts = Hosts()
        for key, read in (("domain", read_domain), ("domain_regex", read_domain_regex)):
            value = self._body.get(key)
            for number, one in enumerate(words(value)):
                where = (*self._at, key, number) if isinstance(value, list) else (*self._at, key)
                hosts = hosts.also(read(one, where, self._report))
        return hosts

    def _paths(self) -> Paths:
        if "resources" not in self._body:
            return ANYTHING
        surely: set[str] = set()
        maybe: set[str] = set()
        value = self._body["resources"]
        for number, one in enumerate(words(value)):
            where = (*self._at, "resources", number) if isinstance(value, list) else (*self._at, "resources")
            paths = read_resource(one) if isinstance(one, str) and not is_filled_in(one) else UNKNOWN
            surely |= paths.surely
            maybe |= paths.maybe
            if paths.is_exact:
                self._report.translated(where, "patterns of paths in apps.yaml")
            else:
                how = "the rule opens only paths that it surely fits, and still refuses all that it may fit"
                self._report.approximated(where, f"Limen matches whole segments of the path, and no query: {how}")
        return Paths(frozenset(surely), frozenset(maybe - surely)) if surely | maybe else ANYTHING

    def _methods(self) -> frozenset[str]:
        named = words(self._body.get("methods"))
        methods = {one.upper() if isinstance(one, str) else "" for one in named}
        if not methods <= _METHODS:
            self._report.not_translated((*self._at, "methods"), _NOT_HERE, Effect.STRICTER)
            self._is_sure = False
            return frozenset()
        if "methods" in self._body:
            if not_taken := methods & _METHODS - ROUTED:
                why = f"Limen lets nobody in by {' or '.join(sorted(not_taken))}"
                self._report.approximated((*self._at, "methods"), why, Effect.STRICTER)
            else:
                self._report.translated((*self._at, "methods"), "the method, in the conditions of policies")
        return frozenset(methods)

    def _from(self) -> tuple[Network, ...] | None:
        if self._body.get("networks") in (None, []):
            if "networks" in self._body:
                self._report.translated((*self._at, "networks"), "anywhere")
            return None
        found, is_sure = self._networks.of(self._body["networks"], (*self._at, "networks"))
        self._is_sure &= is_sure
        return found if is_sure else None

    def _query(self) -> bool:
        if self._body.get("query") not in (None, []):
            why = "Limen looks at no query: the rule opens nothing by itself, and still refuses what it may refuse"
            self._report.not_translated((*self._at, "query"), why, Effect.STRICTER)
            return False
        return self._is_sure

    def _subject(self) -> Condition:
        """A list of alternatives; an alternative that is a list is met by who is all of it."""
        if self._body.get("subject") in (None, []):
            if "subject" in self._body:
                self._report.translated((*self._at, "subject"), "anybody")
            return ALWAYS
        value, at = self._body["subject"], (*self._at, "subject")
        if not isinstance(value, list):
            return self._one_subject(value, at)
        ways = []
        for number, one in enumerate(value):
            where = (*at, number)
            if isinstance(one, list):
                ways.append(all_of(*(self._one_subject(each, (*where, place)) for place, each in enumerate(one))))
            else:
                ways.append(self._one_subject(one, where))
        return any_of(*ways)

    def _one_subject(self, value: Any, at: Path) -> Condition:
        is_told = isinstance(value, str) and value not in {USER, GROUP} and not is_filled_in(value)
        if is_told and value.startswith((USER, GROUP)):
            self._named[value] = None
            into = "a group of this one person" if value.startswith(USER) else "a group"
            self._report.translated(at, into)
            return InGroup(value)
        if is_told and value.startswith(_PROGRAM):
            self._report.not_translated(at, "a program: no person is meant by it", Effect.STRICTER)
            return NEVER
        self._report.not_translated(at, _NOT_HERE, Effect.STRICTER)
        self._is_sure = False
        return ALWAYS
