"""A firewall in memory, for what is the same with all of them: it has words, and is to have one more."""

from __future__ import annotations

from dataclasses import dataclass, field

from limen.network.emit.aws_calls import Call
from limen.network.emit.guarded import Unfit
from limen.network.packets import Rule, Ruleset, every_packet
from limen.network.remote.gear import State


@dataclass
class SmallGear:
    words: set[str] = field(default_factory=lambda: {"old"})
    forgets: bool = False
    unfit: tuple[Unfit, ...] = ()

    @property
    def meant(self) -> Ruleset:
        return _rules({"new"})

    async def read(self) -> State:
        return {"words": sorted(self.words)}

    def meaning(self, there: State) -> Ruleset:
        return _rules(set(there["words"]))

    def unguarded(self, _there: State) -> tuple[str, ...]:
        return ()

    def next_calls(self, there: State) -> list[Call]:
        return _calls({"new"}, there)

    def back_calls(self, before: State, there: State) -> list[Call]:
        return _calls(set(before["words"]), there)

    async def call(self, one: Call) -> None:
        if not self.forgets:
            (self.words.add if one.operation == "add" else self.words.discard)(one.parameters["word"])

    async def settle(self) -> None: ...


def _calls(wanted: set[str], there: State) -> list[Call]:
    have = set(there["words"])
    return [
        *(Call("add", {"word": one}) for one in wanted - have),
        *(Call("drop", {"word": one}) for one in have - wanted),
    ]


def _rules(words: set[str]) -> Ruleset:
    """Each word is a port that is open."""
    boxes = {one: every_packet(4)._replace(protocol=(6, 6), port=(len(one) + ord(one[0]),) * 2) for one in words}
    return Ruleset(("a", "b"), tuple(Rule(one, True, "a", "b", box) for one, box in sorted(boxes.items())))
