"""What each firewall with an interface of its own can do, and a change of it: in rounds, and read back at the end."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any, Final, Protocol, TypeAlias

from limen.errors import LimenError
from limen.network.emit.aws_calls import Call
from limen.network.emit.guarded import Unfit
from limen.network.emit.quotas import MOST_CALLS
from limen.network.packets import Ruleset
from limen.network.remote.saying import Change, change

State: TypeAlias = Mapping[str, Any]
"""What a firewall has, as its interface tells it: JSON, without secrets."""
MOST_ROUNDS: Final = 8


class Gear(Protocol):
    """One firewall and what it is to do. Whatever asks it raises VendorError."""

    @property
    def unfit(self) -> tuple[Unfit, ...]:
        """Flows that it can't say, so that they stay closed there."""

    @property
    def meant(self) -> Ruleset:
        """What it is to let through, between the zones that it parts."""

    async def read(self) -> State:
        """What it has now."""

    def meaning(self, there: State) -> Ruleset:
        """What that lets through, between the same zones."""

    def unguarded(self, there: State) -> tuple[str, ...]:
        """What is in its zones and not behind its rules, as far as it tells: each as a part of a sentence."""

    def next_calls(self, there: State) -> list[Call]:
        """What to ask of it next so that it does what is meant; [] where it has all of it. Raises LimenError."""

    def back_calls(self, before: State, there: State) -> list[Call]:
        """What to ask of it next so that it is again as before; [] where it is. Raises LimenError."""

    async def call(self, one: Call) -> None: ...

    async def settle(self) -> None:
        """Put in force what was called, where calls alone don't."""


class Rules(Protocol):
    """What was said of a network in the words of one kind of firewall, and read back."""

    @property
    def unfit(self) -> tuple[Unfit, ...]: ...

    @property
    def actual(self) -> Ruleset: ...


class ByRules(ABC):
    """The part of a `Gear` that follows from its rules."""

    @property
    @abstractmethod
    def said(self) -> Rules: ...

    @property
    def unfit(self) -> tuple[Unfit, ...]:
        return self.said.unfit

    @property
    def meant(self) -> Ruleset:
        return self.said.actual


Progress: TypeAlias = Callable[[float, float], None]
"""Is told how much is done, and of how much: calls of a round, or seconds of a trial."""


class NotAsMeantError(LimenError):
    """What a firewall lets through at the end is not what was meant."""


def in_silence(_done: float, _of: float) -> None: ...


async def put(gear: Gear, progress: Progress = in_silence) -> State:
    """Make it do what is meant; what it has then. Raises NotAsMeantError, LimenError, VendorError."""
    there = await _rounds(gear, gear.next_calls, progress)
    left = as_change(gear, there)
    if not left.is_nothing:
        raise NotAsMeantError(
            "what the firewall lets through now is not what was meant",
            "look with `limen firewall plan` at what differs",
        )
    return there


async def put_back(gear: Gear, before: State, progress: Progress = in_silence) -> None:
    """Make it as it was. Raises LimenError, VendorError."""
    await _rounds(gear, lambda there: gear.back_calls(before, there), progress)


def as_change(gear: Gear, there: State) -> Change:
    """What becomes reachable by what is meant, and what no longer."""
    return change(gear.meaning(there), gear.meant)


async def _rounds(gear: Gear, calls_of: Callable[[State], list[Call]], progress: Progress) -> State:
    for _ in range(MOST_ROUNDS):
        there = await gear.read()
        calls = calls_of(there)
        if not calls:
            return there
        if len(calls) > MOST_CALLS:
            raise LimenError(f"this would take more than {MOST_CALLS:,} calls", "say it with fewer flows")
        for at, one in enumerate(calls):
            progress(at, len(calls))
            await gear.call(one)
        progress(len(calls), len(calls))
        await gear.settle()
    raise LimenError("the firewall does not keep what it is told", "somebody else may be changing it; try again")
