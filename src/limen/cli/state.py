"""`limen enforce`, `limen report-only`, `limen off`: one policy's state, changed in its text and published."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from limen.cli.open_company import opened
from limen.cli.options import LastFolder, Message, word_and_folder
from limen.cli.plan import predicted
from limen.clock import DAY, SystemClock
from limen.company.authors import names_of
from limen.company.rehearsal import WINDOW
from limen.company.report_only import report_only_effects, sentence
from limen.company.states import in_state
from limen.policy import State
from limen.storage.journal.past_decisions import past_decisions

_Policy = Annotated[str, typer.Argument(metavar="POLICY", help="The policy's @id")]


def enforce(policy: _Policy, folder: LastFolder = Path(), *, message: Message) -> None:
    _turn(policy, State.ENFORCE, message, folder)


def report_only(
    policy: Annotated[
        str,
        typer.Argument(metavar="[POLICY]", help="The policy's @id; without it, the report-only policies are listed"),
    ] = "",
    folder: LastFolder = Path(),
    *,
    message: Message = "",
) -> None:
    policy, folder = word_and_folder(policy, folder)
    if policy:
        _turn(policy, State.REPORT_ONLY, message, folder)
    else:
        _list(folder)


def off(policy: _Policy, folder: LastFolder = Path(), *, message: Message) -> None:
    _turn(policy, State.OFF, message, folder)


def _turn(policy: str, state: State, message: str, folder: Path) -> None:
    with opened(folder) as here:
        before = here.in_force()
        after = in_state(before, policy, state)
        if after is before:
            print(f"Nothing changed: {policy} is already in state {state}.")
            return
        effect = predicted(before, after, here).effect
        done = here.replace(before, after, message, effect)
    print(f"Revision {done.id[:12]} is in force: {policy} is in state {state}.")
    print("The folder was not changed; `limen pull` updates it to what is in force.")


def _list(folder: Path) -> None:
    """Every policy in state report-only, and what it would have done in the last 30 days, to whom."""
    with opened(folder) as here:
        engine = here.in_force().engine()
        since = SystemClock().now() - WINDOW
        counted = report_only_effects(past_decisions(here.reader, since, with_facts=False))
        names = here.database.read(names_of)
    policies = engine.in_state(State.REPORT_ONLY)
    if not policies:
        print("No policy is report-only.")
    for policy in policies:
        found = counted.get(policy.id)
        print(f"{policy.id} {sentence(found, policy.effect, WINDOW // DAY)}")
        for person, number in sorted(found.people.items(), key=lambda one: (-one[1], one[0])) if found else ():
            print(f"  {number:>7}  {names.get(person, person) or 'nobody signed in'}")
