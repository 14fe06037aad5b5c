"""Google Cloud, by the Compute Engine API: the firewall rules for the network tags of the zones.

A rule's name says what is in it, so that rules as they were and as they are to be stand beside each other for a while.
New ones are made first, those that are met first before the others; then old ones are taken away, the last first. So
at each moment whatever was let through before and is let through afterwards passes, and what neither lets through
does not.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from typing import Any, Final

from limen.connectors.google.firewall_rules import FirewallRules
from limen.connectors.vendor_client import VendorError
from limen.network.emit.aws_calls import Call
from limen.network.emit.gcp import document, gcp_rules, tag_of
from limen.network.emit.guarded import Guarded
from limen.network.emit.ordered import Ordered
from limen.network.packets import Ruleset
from limen.network.reading.gcp import read_gcp
from limen.network.reading.json_documents import objects, text, texts, whole
from limen.network.remote.gear import ByRules, State
from limen.network.remote.meanwhile import Meanwhile

_INSERT, _PUT, _DELETE = "firewalls.insert", "firewalls.update", "firewalls.delete"
_FIELDS: Final = (
    "name", "network", "direction", "priority", "description", "targetTags", "targetServiceAccounts", "sourceTags",
    "sourceServiceAccounts", "sourceRanges", "destinationRanges", "allowed", "denied", "disabled", "logConfig",
)  # fmt: skip
"""What of a rule is told; all else Google Cloud says of it by itself."""
_LISTS: Final = (
    "targetTags", "targetServiceAccounts", "sourceTags", "sourceServiceAccounts", "sourceRanges", "destinationRanges"
)  # fmt: skip
_LONGEST_STEM: Final = 52


@dataclass
class GcpNetwork(ByRules):
    wanted: Guarded
    api: FirewallRules
    _meanwhile: Meanwhile = field(default_factory=Meanwhile)

    @cached_property
    def said(self) -> Ordered:
        return gcp_rules(self.wanted)

    async def read(self) -> State:
        """`tags`: those of these zones; `rules`: all of the network."""
        tags = [tag_of(self.wanted, zone) for zone in self.wanted.zones]
        return {"tags": tags, "rules": [_written(_sound(one)) for one in await self.api.every()]}

    def meaning(self, there: State) -> Ruleset:
        return read_gcp({"items": there["rules"]}, known=self.said.known).ruleset

    def unguarded(self, _there: State) -> tuple[str, ...]:
        """Instances are not asked for."""
        return ()

    def next_calls(self, there: State) -> list[Call]:
        own = _own(there, there["tags"])
        for name, rule in own.items():
            self._meanwhile.refuse_changed(name, _same(rule))
        rules = document(self.wanted, self.said.inward, self.said.outward, self.api.network)
        return _calls(map(_named, rules), own)

    def back_calls(self, before: State, there: State) -> list[Call]:
        was, now = _own(before, before["tags"]), _own(there, before["tags"])
        calls, lost = [], []
        for one in _calls(was.values(), now):
            name = one.parameters["name"]
            if self._meanwhile.may_go_back(name, _same(now.get(name))):
                calls.append(one)
            else:
                lost.append(name)
        if not calls:
            self._meanwhile.refuse_lost(lost)
        return calls

    async def call(self, one: Call) -> None:
        name, was, rule = one.parameters["name"], one.parameters["was"], one.parameters["rule"]
        self._meanwhile.tells(name, _same(rule))
        try:
            await self._write(name, was, rule)
        except VendorError as error:
            if error.word != "changed":
                await self._look(name)  # whatever is there now came of this
                raise
            if _same(await self.api.one(name)) != _same(rule):  # else it is as it was to be, whoever did it
                self._meanwhile.found_changed(name)
                raise
        await self._look(name)

    async def _look(self, name: str) -> None:
        self._meanwhile.told(name, _same(await self.api.one(name)))

    async def _write(self, name: str, was: Mapping[str, Any] | None, rule: Mapping[str, Any] | None) -> None:
        if was is None and rule is not None:
            await self.api.insert(rule)
            return
        if _same(await self.api.one(name)) != _same(was):
            raise VendorError("changed")
        if rule is None:
            await self.api.delete(name)
        else:
            await self.api.put(rule)

    async def settle(self) -> None:
        """What has ended is in force."""


def _calls(wanted: Iterable[Mapping[str, Any]], own: Mapping[str, Mapping[str, Any]]) -> list[Call]:
    want = {one["name"]: one for one in wanted}
    more = [_call(_INSERT, None, rule) for name, rule in want.items() if name not in own]
    other = [
        _call(_PUT, own[name], rule) for name, rule in want.items() if name in own and _same(own[name]) != _same(rule)
    ]
    less = [_call(_DELETE, rule, None) for name, rule in own.items() if name not in want]
    return [*sorted(more, key=_place), *other, *sorted(less, key=_place, reverse=True)]


def _call(operation: str, was: Mapping[str, Any] | None, rule: Mapping[str, Any] | None) -> Call:
    name = (rule or was or {})["name"]
    return Call(operation, {"name": name, "was": dict(was) if was else None, "rule": dict(rule) if rule else None})


def _place(one: Call) -> tuple[int, str]:
    rule = one.parameters["rule"] or one.parameters["was"]
    return rule["priority"], rule["name"]


def _named(rule: Mapping[str, Any]) -> dict[str, Any]:
    """The same by a name that no other rule has."""
    digest = sha256(json.dumps(rule, sort_keys=True).encode()).hexdigest()[:10]
    return {**rule, "name": f"{rule['name'][:_LONGEST_STEM]}-{digest}"}


def _own(there: State, tags: Iterable[str]) -> dict[str, Mapping[str, Any]]:
    """Limen's rules for the zones of these tags. Those of others stay, and count for what is let through."""
    rules = [one for one in there["rules"] if text(one, "name").startswith("limen-")]
    return {one["name"]: one for one in rules if texts(one, "targetTags") and {*texts(one, "targetTags")} <= {*tags}}


def _sound(rule: Mapping[str, Any]) -> Mapping[str, Any]:
    """Raises VendorError where this is no rule that can be compared."""
    if not text(rule, "name") or not text(rule, "direction") or whole(rule, "priority") is None:
        raise VendorError("garbage")
    if not isinstance(rule.get("logConfig", {}), dict):
        raise VendorError("garbage")
    return rule


def _written(rule: Mapping[str, Any]) -> dict[str, Any]:
    return {key: rule[key] for key in _FIELDS if key in rule}


def _same(rule: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """What to compare, in one way of writing; None where there is no such rule."""
    if rule is None:
        return None
    services = {
        key: sorted((text(one, "IPProtocol").lower(), sorted(texts(one, "ports"))) for one in objects(rule, key))
        for key in ("allowed", "denied")
    }
    lists = {key: sorted(texts(rule, key)) for key in _LISTS}
    head = {key: rule.get(key) for key in ("name", "direction", "priority")}
    log = rule.get("logConfig") or {}
    said = {"description": text(rule, "description"), "disabled": rule.get("disabled") is True}
    return {**head, **lists, **services, **said, "is_logged": log.get("enable") is True}
