"""OPNsense: its rules as Limen means them, beside those of others.

Limen changes what it wrote, and nothing else. Rules of others that open more are found when all is read back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from limen.connectors.opnsense.filter import Filter
from limen.network.emit.aws_calls import Call
from limen.network.emit.opnsense import MARK, Legs, known_of, legs_of, opnsense_rules, rows
from limen.network.emit.ordered import Ordered
from limen.network.model import Firewall, Network
from limen.network.packets import Ruleset
from limen.network.reading.opnsense import place_of, read_rows, rows_of
from limen.network.remote.gear import ByRules, State

_FIELDS: Final = (
    "enabled", "sequence", "action", "quick", "interface", "direction", "ipprotocol", "protocol", "icmptype",
    "icmp6type", "source_net", "source_port", "destination_net", "destination_port", "log", "description",
)  # fmt: skip


@dataclass
class Opnsense(ByRules):
    network: Network
    firewall: Firewall
    today: str
    filter: Filter

    @cached_property
    def legs(self) -> Legs:
        return legs_of(self.network, self.firewall)

    @cached_property
    def said(self) -> Ordered:
        return opnsense_rules(self.network, self.firewall, self.today)

    async def read(self) -> State:
        return {"rows": rows_of(await self.filter.get())}

    def meaning(self, there: State) -> Ruleset:
        return read_rows(there["rows"], known_of(self.legs, self.said.known)).ruleset

    def unguarded(self, _there: State) -> tuple[str, ...]:
        """What goes through it goes by its rules."""
        return ()

    def next_calls(self, there: State) -> list[Call]:
        return _calls(rows(self.said, self.legs), there)

    def back_calls(self, before: State, there: State) -> list[Call]:
        return _calls([one for one in before["rows"] if _is_own(one)], there)

    async def call(self, one: Call) -> None:
        uuid, rule = one.parameters.get("uuid", ""), one.parameters.get("rule", {})
        if one.operation == "addRule":
            await self.filter.add(rule)
        elif one.operation == "setRule":
            await self.filter.put(uuid, rule)
        else:
            await self.filter.delete(uuid)

    async def settle(self) -> None:
        await self.filter.apply()


def _calls(wanted: list[dict[str, str]], there: State) -> list[Call]:
    """Rules in the place of others of Limen's, by their order; what is left over is taken away."""
    have = sorted((one for one in there["rows"] if _is_own(one)), key=place_of)
    calls = []
    for want, one in zip(wanted, have, strict=False):
        if not _is_same(want, one):
            calls.append(Call("setRule", {"uuid": one["uuid"], "rule": _written(want)}))
    calls += [Call("addRule", {"rule": _written(one)}) for one in wanted[len(have) :]]
    calls += [Call("delRule", {"uuid": one["uuid"]}) for one in have[len(wanted) :]]
    return calls


def _is_own(row: Mapping[str, str]) -> bool:
    return row.get("description", "").startswith(MARK)


def _is_same(want: Mapping[str, str], have: Mapping[str, str]) -> bool:
    return all(_bare(have.get(name, "")) == _bare(value) for name, value in _written(want).items())


def _bare(value: str) -> list[str]:
    """Lists are chosen from, so that they come back in any order."""
    return sorted(value.split(","))


def _written(row: Mapping[str, str]) -> dict[str, str]:
    """What a rule is told; all else stays as OPNsense has it by itself."""
    return {name: value for name, value in row.items() if name in _FIELDS}
