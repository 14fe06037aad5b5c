"""What the old system answered, as policy tests of the company: a revision that answers otherwise is not published."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from limen.company.company import Company
from limen.configuration.list_text import said
from limen.errors import LimenError
from limen.facts import Person
from limen.importing.model import Expected
from limen.importing.names import spoken
from limen.policy import Effect
from limen.policy.decision import Request
from limen.policy.hypothetical import SOME_TUESDAY, Hypothetical

MOST: Final = 500


def with_tests(
    before: str,
    after: Company,
    expected: Iterable[Expected],
    apps: Mapping[str, str],
    groups: Mapping[str, str],
    source: str,
) -> str:
    """`before` with a test for each answer that it has none of yet, by its title.

    Whether Limen denies or challenges where the old system refused, `after` says. Raises LimenError where it permits:
    no import opens what was shut.
    """
    written: list[str] = []
    for one in list(expected)[:MOST]:
        title = f"{spoken(one.title, 150)} (from {source})"
        first = f"- test: {said(title)}\n"
        if first in before or any(other.startswith(first) for other in written):
            continue
        effect = _effect(after, one, apps, groups)
        if effect is Effect.PERMIT and not one.is_permitted:
            raise LimenError(f"“{title}” would be permitted", f"{source} refuses it, so nothing was imported")
        wanted = Effect.PERMIT if one.is_permitted else effect
        who = said([groups[key] for key in one.groups]) if one.groups else "[]"
        written.append(
            f"{first}  who: {who}\n  app: {apps[one.app]}\n  action: {one.action}\n"
            f"  given: {said(_given(one))}\n  expect: {wanted}\n"
        )
    more = "\n".join(written)
    return (f"{before.rstrip()}\n\n{more}".lstrip() if before.strip() not in {"", "[]"} else more) if more else before


def _given(one: Expected) -> dict[str, object]:
    given: dict[str, object] = {"strength": one.strength}
    if one.address:
        given["address"] = one.address
    if one.at:
        given["at"] = one.at
    return given


def _effect(company: Company, one: Expected, apps: Mapping[str, str], groups: Mapping[str, str]) -> Effect:
    """What the company's policies answer to somebody in these groups, as they answer a policy test."""
    engine = company.engine()
    supposed = Hypothetical(strength=one.strength, address=one.address, at=one.at or SOME_TUESDAY)
    now = supposed.now(engine.zone)
    person = Person("supposed", groups=frozenset(groups[key] for key in one.groups), active=True)
    facts = supposed.facts(person, company.all_apps[apps[one.app]], one.action, now, company.networks)
    return engine.decide(Request(one.action), facts, now).effect
