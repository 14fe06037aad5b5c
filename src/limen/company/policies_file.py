"""`policies/*.cedar`: the parsed policies joined into one set, named by `@id`, their names held against the rest."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from typing import Any, Final

from limen.cedar import CedarError, Policy
from limen.configuration.problem import DECLARE_GROUP, Problem, did_you_mean, shown, unknown
from limen.facts import LIMEN, SEALED_FILES
from limen.policy import Named, Phase, State
from limen.policy.annotations import ANNOTATIONS
from limen.policy.proof.monotone import prove
from limen.policy.remedies.time_boundaries import Timed, UnforeseeableError
from limen.printable import is_printable

MOST_POLICIES: Final = 10_000
MOST_PROBLEMS: Final = 50
"""How many complaints about one file are worth reading."""
MOST_EDGES: Final = 100
"""How often one policy may compare the clock: each comparison is looked at to tell when an answer will change."""
LONGEST: Final[Mapping[str, int]] = {
    "title": 200,
    "reason": 1_000,
    "reason_de": 1_000,
    "remedy": 1_000,
    "allow_unknown": 1_000,
    "always": 1_000,
}
"""The longest of what people are shown, in characters: it stands on pages and in every event."""
_ID: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,79}")
_LOOK_ALIKES: Final = str.maketrans(
    "\u0430\u0435\u043e\u0440\u0441\u0445\u0443\u0456\u0455\u0458\u0501\u04bb\u04cf\u043a\u043c\u0442\u0432"
    "\u03b1\u03bf\u03c1\u03bd\u03b9\u03ba\u03c4\u03c5",
    "aeopcxyisjdhlkmtbaopviktu",
)
"""Letters of other alphabets that are drawn like Latin ones; what is missing here is named all the same."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a policy is written, and its text."""

    file: str
    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Policies:
    """Cedar's JSON form of the whole set, and each policy's source, both by `@id`.

    `read` holds what was read of `tree` already, for an engine that need not read it again.
    """

    tree: dict[str, Any]
    sources: dict[str, Source]
    read: Mapping[str, Timed] = field(default_factory=dict, compare=False, repr=False)

    @property
    def exemptions(self) -> dict[str, str]:
        """Policies that a worse or unknown fact may pass, with the reason that each gives for it."""
        bodies: dict[str, Any] = self.tree["staticPolicies"]
        said = {name: (body.get("annotations") or {}).get("allow_unknown") for name, body in bodies.items()}
        return {name: why for name, why in said.items() if why}


def read_policies(
    files: Mapping[str, list[dict[str, Any]]], groups: Iterable[str] | None, apps: Iterable[str] | None
) -> tuple[Policies, list[Problem]]:
    """The policies that the parsing child found in each file. `groups` and `apps` are None where they are not known."""
    problems: list[Problem] = []
    bodies: dict[str, Any] = {}
    sources: dict[str, Source] = {}
    read: dict[str, Timed] = {}
    provable: dict[str, _Written] = {}
    known = {
        "Group": None if groups is None else frozenset(groups),
        "App": None if apps is None else frozenset(apps) | {LIMEN, SEALED_FILES},
    }
    for file, parsed in files.items():
        before = len(problems)
        for one in parsed:
            written = _Written(file, one["line"], one["column"], one["text"], one["body"])
            left = MOST_PROBLEMS - (len(problems) - before)
            if left <= 0:
                problems.append(
                    written.problem("", "nothing after this point was checked", "fix the policies before it")
                )
                break
            problems += islice(written.problems(known), left)
            policy_id = written.id
            if policy_id in sources:
                first = sources[policy_id]
                what = f"there are two policies with the @id {shown(policy_id)}"
                problems.append(
                    written.problem(f'"{policy_id}"', what, f"rename one; {first.file}:{first.line} has the other")
                )
            elif policy_id:
                sources[policy_id] = Source(file, written.line, written.text)
                bodies[policy_id] = written.body
                if one["fits"] and written.state in set(State):
                    provable[policy_id] = written
                with suppress(CedarError, UnforeseeableError):  # said already
                    read[policy_id] = written.timed
    problems += _widening(provable)
    if len(bodies) > MOST_POLICIES:
        problems.append(
            Problem("policies", 0, 0, f"there are more than {MOST_POLICIES} policies", "merge some of them")
        )
    return Policies({"templates": {}, "staticPolicies": bodies, "templateLinks": []}, sources, read), problems


@dataclass(frozen=True)
class _Written:
    """One policy as it stands in its file."""

    file: str
    line: int
    column: int
    text: str
    body: dict[str, Any]

    @property
    def annotations(self) -> dict[str, str]:
        return self.body.get("annotations") or {}

    @property
    def id(self) -> str:
        return self.annotations.get("id", "")

    @property
    def state(self) -> str:
        return self.annotations.get("state", State.ENFORCE)

    @cached_property
    def policy(self) -> Policy:
        """Raises `CedarError`."""
        return Policy.from_json(self.id or "policy", self.body)

    @cached_property
    def timed(self) -> Timed:
        """Raises `CedarError` and `UnforeseeableError`."""
        return Timed.of(self.policy)

    def problem(self, word: str, what: str, fix: str) -> Problem:
        """A problem at the first place where `word` stands in the policy."""
        at = max(self.text.find(word), 0)
        before = self.text[:at]
        column = at - before.rfind("\n") if "\n" in before else self.column + at
        return Problem(self.file, self.line + before.count("\n"), column, what, fix)

    def problems(self, known: Mapping[str, frozenset[str] | None]) -> Iterator[Problem]:
        yield from self._annotation_problems()
        for kind, name in sorted(_names(self.body)):
            names = known.get(kind)
            if names is not None and name not in names:
                otherwise = DECLARE_GROUP if kind == "Group" else "add it to apps.yaml"
                yield self.problem(f'"{name}"', *unknown(kind.lower(), name, names, otherwise))
        try:
            edges = self.timed.boundaries
            if len(edges) > MOST_EDGES:
                what = f"this policy has {len(edges)} time comparisons, more than {MOST_EDGES}"
                yield self.problem("context.time", what, "use `<` and `>=` instead")
        except UnforeseeableError as error:
            fix = "compare context.now or context.auth.at with a fixed date or duration"
            yield self.problem("context.now", f"this policy {error}", fix)
        except CedarError as error:
            yield self.problem("", f"this can't be used: {error}", "split the policy")

    def _always_problems(self) -> Iterator[Problem]:
        if "always" not in self.annotations:
            return
        if not (self.annotations["always"] or "").strip():
            yield self.problem("@always", "@always has no reason", 'write @always("why")')
        if self.body.get("effect") != "forbid":
            yield self.problem("@always", "a permit has @always", "remove it: only a forbid needs it")

    def _reason_problems(self) -> Iterator[Problem]:
        if "allow_unknown" in self.annotations and not (self.annotations["allow_unknown"] or "").strip():
            yield self.problem("@allow_unknown", "@allow_unknown has no reason", 'write @allow_unknown("why")')
        if "reason_de" in self.annotations and not (self.annotations.get("reason") or "").strip():
            yield self.problem(
                "@reason_de", "@reason_de has no @reason beside it", "write @reason too, for everyone else"
            )

    def _annotation_problems(self) -> Iterator[Problem]:
        if not self.id:
            yield self.problem("", "this policy has no @id", 'write @id("a-short-name") above it')
        elif not _ID.fullmatch(self.id):
            what = f"a policy can't be named {shown(self.id)}{_strange_letter(self.id)}"
            better = _plain_id(self.id)
            hint = f", as in {shown(better)}" if better and len(self.id) <= 80 else ", 80 characters at most"
            yield self.problem(f'"{self.id}"', what, f"use a-z, 0-9 and `-`{hint}")
        elif self.id in set(Named):
            yield self.problem(
                f'"{self.id}"', f"{shown(self.id)} is one of Limen's built-in reasons", "choose another @id"
            )
        for name in self.annotations:
            if name not in ANNOTATIONS:
                yield self.problem(f"@{name}", f"unknown annotation @{name}", did_you_mean(name, ANNOTATIONS))
        yield from self._reason_problems()
        yield from self._always_problems()
        for name, longest in LONGEST.items():
            said = self.annotations.get(name) or ""
            if len(said) > longest:
                yield self.problem(f"@{name}", f"this @{name} is longer than {longest} characters", "shorten it")
            elif not is_printable(said):
                yield self.problem(
                    f"@{name}", f"this @{name} contains characters that can't be displayed", "remove them"
                )
        state, phase = self.state, self.annotations.get("phase", Phase.IDENTITY)
        if state not in set(State):
            yield self.problem(f'"{state}"', *unknown("@state", state, State, "use off, report-only or enforce"))
        if phase not in set(Phase):
            yield self.problem(f'"{phase}"', *unknown("@phase", phase, Phase, f"use {', '.join(Phase)}"))


def _widening(written: Mapping[str, _Written]) -> Iterator[Problem]:
    """Where a worse or unknown fact would widen access, and exemptions from this that exempt nothing."""
    policies = []
    for one in written.values():
        with suppress(CedarError):  # said already
            policies.append(one.policy)
    proof = prove(policies)
    for finding in proof.findings:
        yield written[finding.policy].problem(finding.path, finding.what, finding.fix)
    for exemption in proof.exemptions:
        if not exemption.is_needed:
            what = "this policy needs no exemption, because no worse fact widens access through it"
            yield written[exemption.policy].problem("@allow_unknown", what, "remove @allow_unknown")


def _strange_letter(name: str) -> str:
    """Which letter only looks as if it could be there."""
    found = next((one for one in name if not one.isascii()), "")
    if not found:
        return ""
    return f": {shown(found)} is U+{ord(found):04X}, {unicodedata.name(found, 'which has no name').lower()}"


def _plain_id(name: str) -> str:
    """The nearest name that can be taken; "" if none is near."""
    letters = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", name[:80]).lower().translate(_LOOK_ALIKES))
    kept = "".join(one for one in letters if unicodedata.category(one) not in {"Mn", "Cf"})
    return re.sub(r"[^a-z0-9]+", "-", kept).strip("-")


def _names(part: Any) -> set[tuple[str, str]]:
    """Every entity that the policy names outright."""
    found: set[tuple[str, str]] = set()
    waiting = [part]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            if set(one) == {"type", "id"} and isinstance(one["type"], str) and isinstance(one["id"], str):
                found.add((one["type"], one["id"]))
            waiting += one.values()
        elif isinstance(one, list):
            waiting += one
    return found
