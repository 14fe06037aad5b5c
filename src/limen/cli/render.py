"""An explanation as a table: policy × condition, the value each saw, and whether it held."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from rich.table import Table
from rich.text import Text

from limen.cli.output import console
from limen.policy import Effect, Reason, State
from limen.policy.saying import Audience, Said
from limen.printable import visible

if TYPE_CHECKING:
    from limen.cedar.trace import ConditionTrace, Part
    from limen.cli.asked import Asked
    from limen.policy.explain import Considered, Explanation

_COLOURS = {Effect.PERMIT: "green", Effect.CHALLENGE: "yellow", Effect.DENY: "red"}
_MARKS = {"held": ("✓", "green"), "failed": ("✗", "red"), "error": ("!", "magenta"), "not reached": ("·", "dim")}


def print_explanation(explanation: Explanation, asked: Asked, said: Said, audience: Audience) -> None:
    """The answer first, then why, then what would turn it; every policy with every value for administrators alone."""
    out = console()
    decision = explanation.decision
    line = Text.assemble(
        (str(decision.effect).upper(), f"bold {_COLOURS[decision.effect]}"),
        visible(f"  {asked.who} · {decision.request.action} · {asked.app} · {_local(decision.now, asked)}"),
    )
    out.print(line)
    is_all = audience is Audience.ADMINISTRATOR
    for reason in decision.reasons:
        words = reason.text if audience is Audience.SELF else _reason(reason)
        if words:
            out.print(_text(f"  {words}"))
    for one in said.because:
        out.print(_text(f"  {one.sentence} ({one.policy})" if one.policy and is_all else f"  {one.sentence}"))
    for sentence in said.remedies:
        out.print(_text(f"  → {sentence}", "yellow"))
    if said.who_can:
        out.print(_text(f"  → {said.who_can}", "yellow"))
    if not is_all:
        return
    for reason in decision.watched:
        out.print(_text(f"  watched: {_reason(reason)} ({reason.effect})", "dim"))
    if explanation.valid_until is not None:
        out.print(_text(f"  Time alone changes this at {_local(explanation.valid_until, asked)}.", "dim"))
    if asked.replayed is not None:
        out.print(_agreement(asked))
    out.print(_table(explanation.policies))


def _agreement(asked: Asked) -> Text:
    replayed = asked.replayed
    if replayed is None or replayed.agrees:
        return Text("  The file says the same.", "green")
    return _text(f"  The file says {replayed.effect} because of {', '.join(replayed.reasons)}.", "bold red")


def _table(policies: Iterable[Considered]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), expand=False)
    table.add_column("")
    table.add_column("policy and its conditions", overflow="fold", ratio=3)
    table.add_column("value seen", overflow="fold", ratio=2)
    for policy in sorted(policies, key=lambda one: (not one.determined, one.outcome != "held")):
        mark, colour = _MARKS[policy.outcome]
        weight = "bold " if policy.determined else ""
        state = "" if policy.state is State.ENFORCE else f" [{policy.state}]"
        said = f"{policy.effect} {policy.id}{state}"
        table.add_row(
            Text(mark, weight + colour), _text(said, weight), Text("determined the answer" if policy.determined else "")
        )
        for line in policy.scope:
            if line.text != line.variable:
                _row(table, "held" if line.held else "failed", f"  {line.text}", "")
        for condition in policy.conditions:
            _condition(table, condition)
    return table


def _condition(table: Table, condition: ConditionTrace) -> None:
    _row(table, condition.outcome, f"  {condition.kind}", condition.message)
    for part in condition.parts:
        _part(table, part, 2)


def _part(table: Table, part: Part, depth: int) -> None:
    if part.parts:
        words = {"all": "all of", "any": "any of", "not": "not"}
        _row(table, part.outcome, f"{'  ' * depth}{words[part.join]}", part.message)
        for inner in part.parts:
            _part(table, inner, depth + 1)
        return
    saw = ", ".join(f"{_last(read.path)} = {read.missing or _value(read.value)}" for read in part.reads)
    _row(table, part.outcome, f"{'  ' * depth}{part.text}", part.message or saw)


def _row(table: Table, outcome: str, what: str, saw: str) -> None:
    mark, colour = _MARKS[outcome]
    table.add_row(Text(mark, colour), _text(what, "dim" if outcome == "not reached" else ""), _text(saw))


def _text(words: str, style: str = "") -> Text:
    """Made visible before it is laid out, so that escapes take the room that they show."""
    return Text(visible(words), style)


def _last(path: str) -> str:
    return path.removeprefix("context.")


def _value(value: Any) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(map(_value, value)) + "]"
    return f'"{value}"' if isinstance(value, str) else str(value).lower() if isinstance(value, bool) else str(value)


def _reason(reason: Reason) -> str:
    return f"{reason.title}. {reason.text} ({reason.policy})" if reason.text else f"{reason.title}. ({reason.policy})"


def _local(at: int, asked: Asked) -> str:
    return datetime.fromtimestamp(at / 1000, asked.engine.zone).strftime("%a %Y-%m-%d %H:%M:%S %Z")
