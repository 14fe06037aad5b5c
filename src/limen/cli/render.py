"""An explanation as a table: policy × condition, the value each saw, and whether it held."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from limen.cedar.trace import ConditionTrace, Part
from limen.cli.output import console
from limen.cli.question import Question
from limen.messages import Words
from limen.policy import Effect, Reason, State
from limen.policy.explain import Considered, Explanation
from limen.policy.wording import Audience, Said
from limen.printable import visible

_COLOURS = {Effect.PERMIT: "green", Effect.CHALLENGE: "yellow", Effect.DENY: "red"}
_MARKS = {"held": ("✓", "green"), "failed": ("✗", "red"), "error": ("!", "magenta"), "not reached": ("·", "dim")}


def print_explanation(
    explanation: Explanation, question: Question, said: Said, audience: Audience, words: Words, *, shows_all: bool
) -> None:
    """The answer, the reasons, and what would change it; for administrators also the policies that applied, with every
    value that they saw. `shows_all`: those that did not apply as well.
    """
    out = console()
    decision = explanation.decision
    effect = (words.say(f"why.{decision.effect}"), f"bold {_COLOURS[decision.effect]}")
    asked = f"{question.who} · {_action(decision.request.action, words)} · {question.app}"
    out.print(Text.assemble(effect, visible(f"  {asked} · {words.exact(decision.now)}")))
    is_all = audience is Audience.ADMINISTRATOR
    for reason in decision.reasons:
        why = (
            reason.in_language(words.language).text
            if audience is Audience.SELF and not _is_named(reason, words)
            else _reason(reason, words)
        )
        if why:
            out.print(_text(f"  {why}"))
    for one in said.because:
        out.print(_text(f"  {one.sentence} ({one.policy})" if one.policy and is_all else f"  {one.sentence}"))
    for sentence in said.remedies:
        out.print(_text(f"  → {sentence}", "yellow"))
    if said.who_can:
        out.print(_text(f"  → {said.who_can}", "yellow"))
    if not is_all:
        return
    for reason in decision.watched:
        said_of_it = words.say("why.watched", reason=_reason(reason, words), effect=reason.effect)
        out.print(_text(f"  {said_of_it}", "dim"))
    if explanation.valid_until is not None:
        out.print(_text(f"  {words.say('why.changes', at=words.exact(explanation.valid_until))}", "dim"))
    if question.replayed is not None:
        out.print(_agreement(question, words))
    _print_policies(out, explanation, words, shows_all=shows_all)


def _print_policies(out: Console, explanation: Explanation, words: Words, *, shows_all: bool) -> None:
    counted = [one for one in explanation.policies if one.state is not State.OFF]
    applied = counted if shows_all else [one for one in counted if one.determined or one.outcome in {"held", "error"}]
    if applied:
        out.print(_table(applied, words))
    if left := len(counted) - len(applied):
        out.print(_text(f"  {words.say('why.did-not-apply', count=str(left))}", "dim"))
    off = [one.id for one in explanation.policies if one.state is State.OFF]
    if off and shows_all:
        out.print(_text(f"{words.say('why.state.off')}: {', '.join(off)}", "dim"))


def _agreement(question: Question, words: Words) -> Text:
    replayed = question.replayed
    if replayed is None or replayed.agrees:
        return Text(f"  {words.say('why.agrees')}", "green")
    differs = words.say("why.differs", effect=replayed.effect, reasons=", ".join(replayed.reasons))
    return _text(f"  {differs}", "bold red")


def _table(policies: Iterable[Considered], words: Words) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), expand=False)
    table.add_column("")
    table.add_column(words.say("why.policy"), overflow="fold", ratio=3)
    table.add_column(words.say("why.seen"), overflow="fold", ratio=2)
    for policy in sorted(policies, key=lambda one: (not one.determined, one.outcome != "held")):
        mark, colour = _MARKS[policy.outcome]
        weight = "bold " if policy.determined else ""
        state = "" if policy.state is State.ENFORCE else f" [{words.say(f'why.state.{policy.state}')}]"
        said = f"{policy.effect} {policy.id}{state}"
        table.add_row(
            Text(mark, weight + colour),
            _text(said, weight),
            Text(words.say("why.determined") if policy.determined else ""),
        )
        for line in policy.scope:
            if line.text != line.variable:
                _row(table, "held" if line.held else "failed", f"  {line.text}", "")
        for condition in policy.conditions:
            _condition(table, condition, words)
    return table


def _condition(table: Table, condition: ConditionTrace, words: Words) -> None:
    _row(table, condition.outcome, f"  {condition.kind}", condition.message)
    for part in condition.parts:
        _part(table, part, 2, words)


def _part(table: Table, part: Part, depth: int, words: Words) -> None:
    if part.parts:
        _row(table, part.outcome, f"{'  ' * depth}{words.say(f'why.{part.join}')}", part.message)
        for inner in part.parts:
            _part(table, inner, depth + 1, words)
        return
    saw = ", ".join(f"{_last(read.path)} = {read.missing or _value(read.value)}" for read in part.reads)
    _row(table, part.outcome, f"{'  ' * depth}{part.text}", part.message or saw)


def _row(table: Table, outcome: str, what: str, saw: str) -> None:
    mark, colour = _MARKS[outcome]
    table.add_row(Text(mark, colour), _text(what, "dim" if outcome == "not reached" else ""), _text(saw))


def _text(words: str, style: str = "") -> Text:
    """Escaped before it is laid out, so that the width of escapes is counted."""
    return Text(visible(words), style)


def _last(path: str) -> str:
    return path.removeprefix("context.")


def _value(value: Any) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(map(_value, value)) + "]"
    return f'"{value}"' if isinstance(value, str) else str(value).lower() if isinstance(value, bool) else str(value)


def _is_named(reason: Reason, words: Words) -> bool:
    """Whether it is one of Limen's own reasons, which have words in the catalogue."""
    return words.has(f"named.{reason.policy}")


def _reason(reason: Reason, words: Words) -> str:
    if _is_named(reason, words):
        return f"{words.say(f'named.{reason.policy}')} ({reason.policy})"
    text = reason.in_language(words.language).text
    return f"{reason.title}. {text} ({reason.policy})" if text else f"{reason.title}. ({reason.policy})"


def _action(action: str, words: Words) -> str:
    return words.say(f"action.{action}") if words.has(f"action.{action}") else action
