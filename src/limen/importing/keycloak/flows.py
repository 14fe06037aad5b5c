"""The flow by which people sign in to a realm, as the strength that everybody has at least when they are in.

Steps that only some people go through (a code for those who have one) count as asked of everybody: Limen has no
sign-in that is weaker for who never enrolled. A step that nobody here knows could keep people out, so then nobody is
in.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from limen.importing.conditions import NEVER, Condition, InGroup, Not, Strength, all_of
from limen.importing.keycloak.parts import entries, is_true, mapping, text
from limen.importing.keycloak.roles import Roles, client_role, realm_role
from limen.importing.report import Effect, Path, Report

_PASSWORD: Final = frozenset(
    {"auth-username-password-form", "auth-username-form", "auth-password-form", "basic-auth", "auth-spnego"}
)
_CODE: Final = frozenset({"auth-otp-form", "basic-auth-otp", "auth-recovery-authn-code-form"})
_KEY: Final = frozenset({"webauthn-authenticator", "webauthn-authenticator-passwordless"})
_ELSEWHERE: Final = frozenset({"identity-provider-redirector", "auth-cookie", "auth-x509-client-username-form"})
_CONDITIONS: Final = frozenset(
    {
        "conditional-user-configured", "conditional-user-role", "conditional-user-attribute",
        "conditional-level-of-authentication", "conditional-credential", "conditional-sub-flow-executed",
    }
)  # fmt: skip
_DENY: Final = "deny-access-authenticator"
_DEEPEST: Final = 12
_MOST_STEPS: Final = 2_000
"""Of one flow with all that are in it: flows that hold each other several times double with each."""


@dataclass(frozen=True, slots=True)
class _Step:
    authenticator: str
    requirement: str
    config: str
    inner: tuple[_Step, ...]


class Flows:
    """The flows of a realm, by their names."""

    def __init__(self, realm: Mapping[str, Any], at: Path, report: Report, roles: Roles) -> None:
        self._bodies = {text(one.get("alias")): one for one, _ in entries(realm, "authenticationFlows", at)}
        self._ids = {text(one.get("id")): alias for alias, one in self._bodies.items() if one.get("id")}
        self._configs = {
            text(one.get("alias")): mapping(one.get("config")) for one, _ in entries(realm, "authenticatorConfig", at)
        }
        self._report, self._roles, self._at = report, roles, at
        self.browser = text(realm.get("browserFlow")) or "browser"
        self._used: set[str] = set()
        self._left = _MOST_STEPS

    def condition(self, flow: str = "") -> Condition:
        """Under which condition somebody who went through this flow (by its alias or ID; "": the realm's) is in."""
        alias = self._ids.get(flow, flow) or self.browser
        if alias not in self._bodies:
            return self._unknown(alias, "the export does not have it")
        self._left = _MOST_STEPS
        steps = tuple(self._steps(alias, 0))
        unknown = [one for one in _all(steps) if one.authenticator and not _is_known(one)]
        if unknown:
            return self._unknown(alias, f"its step {unknown[0].authenticator[:60]} is not known")
        if not steps:
            return self._unknown(alias, "it has no steps")
        strength = _strength(steps)
        conditional = any(one.requirement == "CONDITIONAL" for one in _all(steps))
        if conditional and strength > 1:
            how = "what it asked of some people counts for everybody"
            self._report.note(self._where(alias), f"{alias}: {how}", Effect.STRICTER)
        refused = self._refused(steps)
        return NEVER if refused is None else all_of(Strength(strength), *refused)

    def account(self) -> None:
        """What is said of all flows, once those that are used are known."""
        for alias in self._bodies:
            is_used = alias in self._used
            for path in self._leaves(alias):
                if is_used:
                    self._report.approximated(path, "the strength that policies ask for", Effect.SAME)
                else:
                    self._report.not_translated(path, "Limen's own pages do this: signing in, resetting, enrolling")

    def _leaves(self, alias: str) -> Iterator[Path]:
        place = list(self._bodies).index(alias)
        body = self._bodies[alias]
        at = (*self._at, "authenticationFlows", place)
        yield from ((*at, key) for key in body if key != "authenticationExecutions")
        for step, here in entries(body, "authenticationExecutions", at):
            yield from ((*here, key) for key in step)

    def _where(self, alias: str) -> Path:
        return (
            (*self._at, "authenticationFlows", list(self._bodies).index(alias)) if alias in self._bodies else self._at
        )

    def _unknown(self, alias: str, why: str) -> Condition:
        self._report.note(
            self._where(alias), f"{alias}: {why}, so nobody gets in by it: open apps by hand", Effect.STRICTER
        )
        return NEVER

    def _steps(self, alias: str, depth: int) -> Iterator[_Step]:
        self._used.add(alias)
        body = self._bodies.get(alias, {})
        if not isinstance(body.get("authenticationExecutions"), list):
            yield _Step("whatever it is, which the export does not say", "REQUIRED", "", ())
        for one, _ in entries(body, "authenticationExecutions", ()):
            requirement = text(one.get("requirement"))
            if requirement == "DISABLED":
                continue
            self._left -= 1
            if self._left < 0:
                yield _Step("too many steps", requirement, "", ())
                return
            inner = text(one.get("flowAlias"))
            is_flow = is_true(one.get("authenticatorFlow")) or is_true(one.get("autheticatorFlow"))
            if is_flow and (depth >= _DEEPEST or inner not in self._bodies):
                yield _Step("a flow that the export does not have", requirement, "", ())
            elif is_flow:
                yield _Step("", requirement, "", tuple(self._steps(inner, depth + 1)))
            else:
                yield _Step(text(one.get("authenticator")), requirement, text(one.get("authenticatorConfig")), ())

    def _refused(self, steps: tuple[_Step, ...]) -> list[Condition] | None:
        """Whom a step that denies keeps out; None where that can't be told."""
        found: list[Condition] = []
        for one in steps:
            if one.authenticator == _DENY:
                return None
            if not one.inner:
                continue
            if any(step.authenticator == _DENY for step in one.inner):
                role = self._role_of(one)
                if role is None:
                    self._unknown(self.browser, "whom it denies can't be told")
                    return None
                found.append(role)
                continue
            below = self._refused(one.inner)
            if below is None:
                return None
            found += below
        return found

    def _role_of(self, step: _Step) -> Condition | None:
        """The condition for not being denied: a conditional flow of one role, and of nothing else."""
        others = [one for one in step.inner if one.authenticator not in {_DENY, "conditional-user-role"}]
        conditions = [one for one in step.inner if one.authenticator == "conditional-user-role"]
        if others or len(conditions) != 1 or step.requirement != "CONDITIONAL":
            return None
        config = self._configs.get(conditions[0].config, {})
        named = text(config.get("condUserRole"))
        client, dot, name = named.rpartition(".")
        keys = [realm_role(named), *([client_role(client, name)] if dot else [])]
        key = next((one for one in keys if one in self._roles.groups), "")
        if not key:
            return None
        return InGroup(key) if is_true(config.get("negate")) else Not(InGroup(key))


def _all(steps: tuple[_Step, ...]) -> Iterator[_Step]:
    for one in steps:
        yield one
        yield from _all(one.inner)


def _is_known(step: _Step) -> bool:
    return step.authenticator in _PASSWORD | _CODE | _KEY | _ELSEWHERE | _CONDITIONS | {_DENY}


def _strength(steps: Iterable[_Step]) -> int:
    """What somebody who got through has proved at least. Of several steps to choose from the weakest counts. Keycloak
    passes over those beside a required one; a choice of second factors is asked of people here all the same.
    A conditional flow counts as required, so what it asked of some is asked of all.
    """
    asked = [one for one in steps if one.authenticator not in _CONDITIONS]
    required = [_of_step(one) for one in asked if one.requirement != "ALTERNATIVE"]
    choices = [one for one in asked if one.requirement == "ALTERNATIVE" and one.authenticator not in _ELSEWHERE]
    if required:
        choices = [one for one in choices if one.authenticator in _CODE | _KEY]
    return max(*required, min(map(_of_step, choices), default=1), 1)


def _of_step(step: _Step) -> int:
    if step.authenticator in _KEY:
        return 3
    if step.authenticator in _CODE:
        return 2
    return _strength(step.inner) if step.inner else 1
