"""`authorization_policies`: who may sign in to a client, rule by rule, the first that fits counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from limen.importing.authelia.rules import LEVELS, Rules, read_rules
from limen.importing.conditions import ALWAYS, Condition
from limen.importing.first_match import Ruled, ways_in
from limen.importing.report import Path, Report


@dataclass(frozen=True, slots=True)
class Policies:
    """The ways in, by the name that clients call a policy."""

    named: Mapping[str, tuple[Condition, ...]] = field(default_factory=dict)

    def of(self, name: Any) -> tuple[Condition, ...] | None:
        """None where there is no such policy."""
        if not isinstance(name, str):
            return None
        if name in self.named:
            return self.named[name]
        if name in {"one_factor", "two_factor", "deny"}:
            return ways_in([Ruled(ALWAYS, LEVELS[name])])
        return None


def read_policies(
    section: Mapping[str, Any], body: Mapping[str, Any], at: Path, report: Report, named: dict[str, None]
) -> Policies:
    """What the section says. The accounts and groups that its rules name are added to `named`."""
    written = section.get("authorization_policies")
    found: dict[str, tuple[Condition, ...]] = {}
    for name, policy in written.items() if isinstance(written, Mapping) else ():
        where = (*at, "authorization_policies", name)
        if not isinstance(policy, Mapping):
            report.not_translated(where, "this is not a policy")
            continue
        control = body.get("access_control")
        networks = control.get("networks") if isinstance(control, Mapping) else None
        said = {"default_policy": "two_factor", **policy, "networks": networks}
        rules = read_rules(said, body.get("definitions"), where, report)
        named |= rules.named
        found[name] = _ways(rules)
    return Policies(found)


def _ways(rules: Rules) -> tuple[Condition, ...]:
    ruled = [Ruled(one.whose, one.level, is_sure=one.is_sure) for one in rules.rules]
    return ways_in([*ruled, Ruled(ALWAYS, rules.default)])
