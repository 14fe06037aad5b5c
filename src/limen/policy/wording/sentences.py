"""A refusal in sentences: why, what would help, and who could; as much of it as the audience may know."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from limen.facts import Factor, Facts, Label
from limen.messages import Words
from limen.policy.attribute import Better, Kind
from limen.policy.attributes import ATTRIBUTES
from limen.policy.decision import Decision, Named
from limen.policy.engine import Engine
from limen.policy.wording.remedy_sentences import Audience, Names, remedy_sentence, who_can_sentence
from limen.policy.wording.unmet_conditions import NEVER, UnmetCondition
from limen.policy.wording.why import kind_of, why_not


@dataclass(frozen=True, slots=True)
class Because:
    """One condition that stood in the way, as a sentence. `kind` is what it is a matter of (see `kind_of`).

    `policies` are the `@id`s of those that say so and `text` the Cedar of the first, empty for whoever is not to know.
    """

    kind: str
    sentence: str
    policies: tuple[str, ...] = ()
    text: str = ""

    @property
    def policy(self) -> str:
        """The policies in a line: `a, b`."""
        return ", ".join(self.policies)


@dataclass(frozen=True, slots=True)
class Said:
    """`remedies` are alternatives, the cheapest first; where there are none, `who_can` says who could help."""

    because: tuple[Because, ...]
    remedies: tuple[str, ...]
    who_can: str = ""


def say(engine: Engine, decision: Decision, audience: Audience, words: Words, names: Names) -> Said:
    """Everything that this audience is told of a refusal. A stranger is told to sign in, and of a permit nothing."""
    facts = decision.facts
    if decision.is_permit:
        return Said((), ())
    if not facts.person.id:
        return Said((), tuple(remedy_sentence(one, Audience.SELF, words, decision.now) for one in decision.remedies))
    remedies = dict.fromkeys(remedy_sentence(one, audience, words, decision.now) for one in decision.remedies)
    who_can = "" if remedies else who_can_sentence(audience, words, names, facts)
    return Said(because(engine, decision, audience, words, names), tuple(remedies), who_can)


def because(engine: Engine, decision: Decision, audience: Audience, words: Words, names: Names) -> tuple[Because, ...]:
    """Why, and each thing once: to administrators with every policy that says so."""
    failed = [reason for reason in decision.reasons if reason.policy == Named.POLICY_ERROR]
    if failed:
        if audience is not Audience.ADMINISTRATOR:
            return (Because("limen", words.say("fails.policy-error")),)
        return tuple(Because("limen", reason.text) for reason in failed)
    if any(reason.policy == Named.BREAK_GLASS for reason in decision.reasons):
        return (Because("break-glass", words.say("fails.break-glass")),)
    if any(reason.policy == Named.TOKEN_OUT_OF_SCOPE for reason in decision.reasons):
        return (Because("proof", words.say("fails.token-out-of-scope")),)
    is_all = audience is Audience.ADMINISTRATOR
    found: dict[str, Because] = {}
    for need in _strictest(why_not(engine, decision, is_complete=is_all)):
        one = _because(need, audience, words, names, decision.facts)
        before = found.get(one.sentence)
        policies = one.policies if before is None else tuple(dict.fromkeys(before.policies + one.policies))
        found[one.sentence] = replace(before or one, policies=policies)
    return tuple(found.values())


def _strictest(needs: tuple[UnmetCondition, ...]) -> Iterator[UnmetCondition]:
    """All but those that ask for a less firm proof than another of them: whoever has the firmest has theirs too."""
    asked = [need for need in needs if need.subject == "auth.strength" and need.operator == ">="]
    firmest = max(map(_least, asked), default=0)
    yield from (need for need in needs if need not in asked or _least(need) == firmest)


def factors_said(facts: Facts, words: Words) -> str:
    """`password and code`."""
    if facts.auth.by_token:
        return words.say("factor.token")
    return words.joined([words.say(f"factor.{one}") for one in _ORDER if one in facts.auth.factors]) or words.say(
        "factor.none"
    )


_ORDER: Final = (
    Factor.PASSKEY,
    Factor.SECURITY_KEY,
    Factor.PASSWORD,
    Factor.CODE,
    Factor.RECOVERY_CODE,
    Factor.LINK,
    Factor.ISSUER_PHISHING_RESISTANT,
    Factor.ISSUER_TWO_FACTORS,
    Factor.ISSUER,
)


def _because(need: UnmetCondition, audience: Audience, words: Words, names: Names, facts: Facts) -> Because:
    kind = kind_of(need)
    sentence = _sentence(need, audience, words, names, facts)
    if audience is Audience.SELF:
        return Because(kind, sentence)
    policies = (need.policy,) if need.policy else ()
    return Because(kind, sentence, policies, need.text if audience is Audience.ADMINISTRATOR else "")


def _sentence(need: UnmetCondition, audience: Audience, words: Words, names: Names, facts: Facts) -> str:
    key, part = _key(need), need.subject.partition(".")[0]
    said = next(one for one in (key, f"{part}.other", "other") if words.has(f"self.{one}"))
    keys = [f"self.{said}"] if audience is Audience.SELF else [f"helpdesk.{said}{_suffix(need)}", f"helpdesk.{said}"]
    if audience is Audience.ADMINISTRATOR:
        keys = [f"administrator.{said}{_suffix(need)}", f"administrator.{said}", *keys]
    return words.first(
        *keys,
        who=names.who,
        app=names.app if facts.document is None else words.say("document.in", app=names.app),
        factors=factors_said(facts, words),
        seen=_seen(need, words, names),
        wanted=_wanted(need, words, names),
        text=need.text or "…",
    )


def _key(need: UnmetCondition) -> str:
    """Which message says it; where there is none, the one that says the same of its noun in general is used."""
    subject, operator = need.subject, need.operator
    part = subject.partition(".")[0]
    match subject:
        case "auth.strength" if operator in {">", ">="}:
            return f"auth.strength.{min(3, max(1, _least(need)))}"
        case "place.network" | "place.country":
            return subject if operator in {"==", "in"} else f"{subject}.not"
        case "place.address":
            return subject if operator == "in" and need.wanted else f"{part}.other"
        case "time":
            return "time" if need.hours is not None else "time.other"
        case "date":
            return f"date.{_DATES.get(operator, 'other') if need.wanted else 'other'}"
        case "risk" | "risk.known" | "grant" | "group" | "account" | "label" | "other":
            return subject
    return subject if _is_for_the_better(subject, operator) else f"{part}.other"


def _is_for_the_better(subject: str, operator: str) -> bool:
    """Is what is asked for that this is as good as it can be, or better than it is?"""
    table = ATTRIBUTES.table
    if subject in table.dated:
        return operator in {"<", "<="}
    row = next((row for row in table.rows if row.called == subject), None)
    if row is None:
        return False
    is_equal = operator in {"==", "in"}
    match row.kind:
        case Kind.BOOL:
            return is_equal is (row.best is True)
        case Kind.NUMBER:
            return operator in ({">", ">="} if row.better is Better.HIGHER else {"<", "<="})
        case Kind.INSTANT:
            return False
    return is_equal


_DATES: Final = {">=": "after", ">": "after", "<": "before", "<=": "before"}


def _suffix(need: UnmetCondition) -> str:
    if need.seen == NEVER and need.subject in ATTRIBUTES.table.dated:
        return ".never"
    if need.subject == "label" and need.wanted:
        return f".{need.effect}" if _labels(need) else f".{need.effect}.none"
    return ".nobody" if need.subject == "group" and not need.wanted else ""


_COMPARES: Final[Mapping[str, Callable[[int, int], bool]]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def _labels(need: UnmetCondition) -> list[int]:
    """The labels with which the condition would have been met."""
    if need.operator in {"in", "not in"}:
        return [int(label) for label in Label if (int(label) in need.wanted) is (need.operator == "in")]
    compares = _COMPARES[need.operator]
    return [int(label) for label in Label if compares(int(label), int(need.wanted[0]))]


def _least(need: UnmetCondition) -> int:
    value = need.wanted[0] if need.wanted else 0
    return int(value) + (need.operator == ">") if isinstance(value, int) else 0


def _seen(need: UnmetCondition, words: Words, names: Names) -> str:
    value = need.seen
    match need.subject:
        case subject if subject in ATTRIBUTES.table.dated and isinstance(value, int):
            return words.length(value, is_ago=True)
        case "time" if isinstance(value, int):
            return words.day_and_time(value)
        case "device.compliance" if isinstance(value, str) and words.has(f"compliance.{value}"):
            return words.say(f"compliance.{value}")
        case "label" if words.has(f"label.{value}"):
            return words.say(f"label.{value}")
        case "group" if isinstance(value, str):
            return words.joined([names.group(one) for one in value.split(", ") if one]) or words.say("seen.no-group")
        case "place.network" if value == "":
            return words.say("seen.no-network")
    return str(value) if value not in {None, ""} else words.say("seen.unknown")


def _wanted(need: UnmetCondition, words: Words, names: Names) -> str:
    match need.subject:
        case subject if subject in ATTRIBUTES.table.dated and need.wanted:
            return words.length(int(need.wanted[0]))
        case "time" if need.hours is not None:
            return words.hours(need.hours.days, need.hours.start, need.hours.until)
        case "date" if need.wanted:
            return words.date(int(need.wanted[0]))
        case "auth.factors":
            return words.joined([_factor(one, words) for one in need.wanted], "or")
        case "label" if need.wanted:
            return words.joined([words.say(f"label.{label}") for label in _labels(need)], "or")
        case "group":
            return words.joined([names.group(str(one)) for one in need.wanted], "or")
        case "auth.strength":
            return str(_least(need))
        case "risk" | "device.binding" if need.wanted and words.has(f"compared.{need.operator}"):
            return words.say(f"compared.{need.operator}", value=need.wanted[0])
    return words.joined([str(one) for one in need.wanted], "or")


def _factor(value: object, words: Words) -> str:
    return words.say(f"factor.{value}") if words.has(f"factor.{value}") else str(value)
