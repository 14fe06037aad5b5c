"""A refusal as a checklist a person understands: what was looked at, what held, what did not, and how to mend it.

What stood in the way is read off the policies by `limen.policy.wording`, in the words for the person themselves: they
never name a threshold, which is what a thief would ask. Here each sentence finds its line, and each line its mend.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from limen.identity.factors import Held
from limen.messages import Words
from limen.policy.annotations import State
from limen.policy.decision import UNAVAILABLE, Decision, Named
from limen.policy.engine import Engine
from limen.policy.explain import Explanation
from limen.policy.remedies.search import opens_at
from limen.policy.wording import Audience, Names, because, factors_said, kinds_read, whom

KINDS: Final = ("account", "proof", "groups", "device", "place", "time", "risk", "grant")
"""What a condition can be a matter of, in the order in which it is shown."""
_PROOFS: Final = frozenset({"use_passkey", "add_factor", "sign_in_again", "prove_device"})
_ENDED: Final = frozenset(
    {
        Named.NOT_SIGNED_IN,
        Named.SESSION_ENDED,
        Named.SESSION_REVOKED,
        Named.SESSION_OF_ANOTHER_APP,
        Named.SESSION_UNKNOWN,
        Named.DUPLICATE_COOKIE,
    }
)


@dataclass(frozen=True, slots=True)
class Condition:
    """One line of the checklist. `mend` holds its steps where it failed; `minutes` says how long they take."""

    kind: str
    title: str
    holds: bool
    said: str
    mend: tuple[str, ...] = ()
    minutes: int = 0


@dataclass(frozen=True, slots=True)
class RefusalView:
    """One refusal as the page sees it. `named` is the reason that was journaled; `held` what the person can prove."""

    engine: Engine
    explanation: Explanation
    named: str
    held: Held
    words: Words
    names: Names

    @property
    def decision(self) -> Decision:
        return self.explanation.decision


def checklist(refused: RefusalView) -> tuple[Condition, ...]:
    """Every condition that was looked at, the failing ones among them."""
    say = refused.words.say
    if refused.named in UNAVAILABLE:
        steps = (say("mend.wait"), say("mend.still"))
        return (Condition("limen", say("title.limen"), holds=False, said=say(f"fails.{refused.named}"), mend=steps),)
    if refused.named == Named.BREAK_GLASS:  # no policy was asked, so none of their conditions is why
        title, said, step = say("title.break-glass"), say("fails.break-glass"), say("mend.break-glass")
        return (Condition("break-glass", title, holds=False, said=said, mend=(step,)),)
    if Named.FACTOR_MISSING in {refused.named, *(reason.policy for reason in refused.decision.reasons)}:
        title, said, steps = say("title.factor"), say("fails.factor"), (say("mend.factor"), say("mend.check-again"))
        return (Condition("factor", title, holds=False, said=said, mend=steps, minutes=2),)
    if Named.NOT_STARTED in {refused.named, *(reason.policy for reason in refused.decision.reasons)}:
        title, said, step = say("title.first-day"), say("fails.first-day"), say("mend.first-day")
        return (Condition("first-day", title, holds=False, said=said, mend=(step,)),)
    if refused.named == Named.CROSS_SITE:
        title, said, step = (
            say("title.cross-site"),
            say("fails.cross-site", app=refused.names.app),
            say("mend.cross-site"),
        )
        return (Condition("cross-site", title, holds=False, said=said, mend=(step,)),)
    failing = _failing(refused)
    asked = _asked(refused) | set(failing)
    lines = []
    for kind in KINDS:
        if kind in failing:
            mend, minutes = _mend(kind, refused)
            lines.append(
                Condition(kind, say(f"title.{kind}"), holds=False, said=failing[kind], mend=mend, minutes=minutes)
            )
        elif kind in asked and (kind != "grant" or _has_grant(refused.decision)):
            lines.append(Condition(kind, say(f"title.{kind}"), holds=True, said=_holding(kind, refused)))
    return tuple(_said_last(say("mend.tell"), lines))


def _has_grant(decision: Decision) -> bool:
    """Whether they have what was granted: a policy that reads grants and doesn't ask for one says nothing of that."""
    facts, action = decision.facts, decision.request.action
    return any(one.app == facts.app.id and action in one.actions and decision.now < one.until for one in facts.grants)


def _said_last(step: str, lines: Sequence[Condition]) -> Iterator[Condition]:
    """The lines with this step in the last that has it, and in those that have no other."""
    last = max((at for at, line in enumerate(lines) if step in line.mend), default=0)
    for at, line in enumerate(lines):
        others = tuple(one for one in line.mend if one != step)
        yield replace(line, mend=others) if others and at < last else line


def can_prove(decision: Decision, named: str) -> bool:
    """Whether a proof that is given now would turn the answer, or bring back a session that was over."""
    return named in _ENDED or any(remedy.kind in _PROOFS for remedy in decision.at_once)


def is_forbidden_outright(explanation: Explanation) -> bool:
    """Whether something permits this, so that it is a forbid alone that stands in the way."""
    enforced = [policy for policy in explanation.policies if policy.state is State.ENFORCE]
    return {policy.effect for policy in enforced if policy.outcome == "held"} == {"permit", "forbid"}


def _asked(refused: RefusalView) -> set[str]:
    """Which kinds of condition the policies about this person look at."""
    by_id = {policy.id: policy for policy in refused.engine.policies}
    kinds = {"account", "groups"}
    for policy in refused.explanation.policies:
        if policy.state is State.ENFORCE and all(line.held for line in policy.scope):
            kinds |= kinds_read(by_id[policy.id])
    return kinds


def _failing(refused: RefusalView) -> dict[str, str]:
    """Which kinds of condition stood in the way, each with what is said of it."""
    say, named, decision = refused.words.say, refused.named, refused.decision
    if named in _ENDED:
        return {"proof": say("fails.session")}
    if named == Named.PERSON_INACTIVE:
        return {"account": say("self.account")}
    found: dict[str, list[str]] = {}
    for one in because(refused.engine, decision, Audience.SELF, refused.words, refused.names):
        found.setdefault(one.kind, []).append(one.sentence)
    failing = {kind: " ".join(sentences) for kind, sentences in found.items() if kind in KINDS}
    opening = {"proof"} if can_prove(decision, named) else {"time"} if opens_at(decision.remedies) else set()
    for kind in opening - set(failing):
        failing[kind] = say("self.auth.other" if kind == "proof" else "self.time", app=refused.names.app)
    if opening or not failing:
        failing.pop("groups", None)
    if "groups" in failing or not failing:
        failing["groups"] = _groups_said(refused)
    if "proof" in failing and decision.facts.auth.strength < 3 and not refused.held.passkeys:
        failing["proof"] += f" {say('fails.no-passkey')}"
    return failing


def _groups_said(refused: RefusalView) -> str:
    if is_forbidden_outright(refused.explanation):
        return refused.words.say("fails.forbidden")
    action = refused.words.first(f"action.{refused.decision.request.action}", "action.view")
    return refused.words.first(f"fails.groups.{refused.decision.facts.app.id}", "fails.groups", action=action)


def _holding(kind: str, refused: RefusalView) -> str:
    """One sentence about what holds."""
    say, facts = refused.words.say, refused.decision.facts
    if kind == "groups":
        known = [refused.names.group(group) for group in sorted(facts.person.groups) if group in refused.names.groups]
        return say("holds.groups", groups=", ".join(known)) if known else say("holds.groups.everybody")
    return say(f"holds.{kind}", factors=factors_said(facts, refused.words))


def _mend(kind: str, refused: RefusalView) -> tuple[tuple[str, ...], int]:  # noqa: PLR0911 -- one for each kind
    """The steps that mend it, and about how many minutes they take (0: it is not in the person's own hands)."""
    say, decision = refused.words.say, refused.decision
    ask = {"whom": whom(decision.facts, refused.words, refused.names)}
    match kind:
        case "proof" if not can_prove(decision, refused.named):
            return (say("mend.no-proof"), say("mend.tell")), 0
        case "proof" if _wants_passkey(decision) and not refused.held.passkeys:
            return (say("mend.add-passkey"), say("mend.check-again")), 2
        case "proof":
            return (say("mend.prove"), say("mend.confirm")), 1
        case "groups" if is_forbidden_outright(refused.explanation):
            return (say("mend.nothing"), say("mend.tell")), 0
        case "groups":
            return (say("mend.ask", **ask), say("mend.tell")), 0
        case "grant":
            return (say("mend.grant", **ask), say("mend.tell")), 0
        case "device":
            return (say("mend.company-device"), say("mend.if-it-is")), 0
        case "place":
            return (say("mend.place"), say("mend.place.check")), 0
        case "time":
            return (say("mend.time" if len(decision.reasons) == 1 else "mend.time.later"),), 0
    return (say("mend.tell"),), 0


def _wants_passkey(decision: Decision) -> bool:
    return any(remedy.kind == "use_passkey" for remedy in decision.at_once)
