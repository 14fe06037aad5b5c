"""The policies of an imported app as Cedar: a permit for each way in, and one forbid for whatever is none of them.

The forbid is what holds an import to what was: whoever gets in by the company's other policies, because of the app's
label, had no access in the old system. Only a grant that somebody approved passes it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from limen.importing.conditions import (
    ALWAYS,
    NEVER,
    AllOf,
    AnyOf,
    AtTheKeyboard,
    ByMethods,
    Condition,
    ConfirmedWithin,
    DuringHours,
    FromCountries,
    FromNetworks,
    HealthyDevice,
    InGroup,
    ManagedDevice,
    Network,
    Not,
    NotFromCountries,
    NotFromNetworks,
    NotOnPlatforms,
    OnPlatforms,
    OnRoutes,
    RiskBelow,
    Strength,
    WithSecurityKeys,
    all_of,
    alternatives,
)
from limen.importing.described import described
from limen.importing.model import EVERYONE, App
from limen.importing.names import guard_id, spoken

_AND: Final = " &&\n  "
_AND_INSIDE: Final = " && "


def policies_of(app: App, app_id: str, groups: Mapping[str, str], source: str, names: Mapping[str, str]) -> str:
    """The policies of one app. `groups` are the ids by key, `names` what people call them."""
    name = spoken(app.name or app_id, 80)
    numbered = 0
    written: list[str] = []
    ways: dict[Condition, None] = {}
    for access in app.access:
        for when in ways_into(access.when):
            numbered += 1
            ways[when] = None
            title = spoken(f"{access.title}: {described(when, names)}")
            written.append(
                _permit(f"{app_id}-as-before-{numbered}", title, access.reason, when, groups, app_id, access.actions)
            )
    return "\n\n".join([*written, _guard(app_id, name, source, tuple(ways), groups)])


def cedar(condition: Condition, groups: Mapping[str, str]) -> str:
    """The condition as a Cedar expression that can stand beside others with `&&`."""
    match condition:
        case AllOf(conditions):
            return _AND_INSIDE.join(_inside(one, groups) for one in conditions) or "true"
        case AnyOf(conditions):
            return f"({' || '.join(_inside(one, groups) for one in conditions)})" if conditions else "false"
        case Not(inner):
            return f"!({cedar(inner, groups)})"
    return _fact(condition, groups)


def _fact(condition: Condition, groups: Mapping[str, str]) -> str:
    """A condition about one fact."""
    if isinstance(condition, InGroup):
        return f'principal in Group::"{groups[condition.key]}"'
    return _FACTS[type(condition)](condition)


def ways_into(when: Condition) -> tuple[Condition, ...]:
    """The alternatives of a condition, each with a sign-in, and for people of the old system alone: whoever is not
    signed in has nothing but public routes, and whom the company has beside them nobody meant.
    """
    found: dict[Condition, None] = {}
    for one in alternatives(when):
        parts = one.conditions if isinstance(one, AllOf) else (one,)
        is_about_group = any(isinstance(part, InGroup) for part in parts)
        found[all_of(*(() if is_about_group else (InGroup(EVERYONE),)), one, Strength(1))] = None
    return tuple(one for one in found if one != NEVER)


def _permit(
    name: str, title: str, reason: str, when: Condition, groups: Mapping[str, str], app: str, actions: Iterable[str]
) -> str:
    parts = list(when.conditions) if isinstance(when, AllOf) else [when]
    scoped = next((one for one in parts if isinstance(one, InGroup)), None)
    who = f'principal in Group::"{groups[scoped.key]}"' if scoped is not None else "principal"
    rest = [_inside(one, groups) for one in parts if one is not scoped and one != ALWAYS]
    what = ", ".join(map(_action, actions))
    said = (
        f'@id("{name}")\n@title({text_of(title)})\n@reason({text_of(reason)})\n@phase("identity")\n'
        f'permit (\n  {who},\n  action in [{what}],\n  resource == App::"{app}"\n)'
    )
    return said + (f"\nwhen {{\n  {_AND.join(rest)}\n}};" if len(rest) > 1 else f"\nwhen {{ {rest[0]} }};")


def _guard(app: str, name: str, source: str, ways: tuple[Condition, ...], groups: Mapping[str, str]) -> str:
    said = [
        f'@id("{guard_id(app)}")',
        f"@title({text_of(f'{name}: only for those who had access in {source}')})",
        f"@reason({text_of(f'{name} is open to the people, and in the ways, for which it was opened in {source}.')})",
        f"@reason_de({text_of(f'{name} ist für die Personen und auf die Weise verfügbar, wie es in {source} war.')})",
        f"@remedy({text_of(f'Ask whoever looks after {name} to add you to one of its groups.')})",
        '@phase("identity")',
        f'forbid (principal, action, resource == App::"{app}")',
        *(f"unless {{ {cedar(one, groups)} }}" for one in ways),
        "unless { context.grant.active };",
    ]
    return "\n".join(said)


def _place_in(networks: Iterable[Network]) -> str:
    return f"context.place has address && ({_in_range(networks)})"


def _place_outside(networks: Iterable[Network]) -> str:
    return f"context.place has address && !({_in_range(networks)})"


def _known_but(attribute: str, others: Iterable[str]) -> str:
    """Known, and none of these: in this form it is plain that the unknown opens nothing."""
    return f"!{_texts(('', *others))}.contains({attribute})"


def _inside(condition: Condition, groups: Mapping[str, str]) -> str:
    """As `cedar`, in brackets where it would otherwise read differently beside others."""
    said = cedar(condition, groups)
    return f"({said})" if isinstance(condition, AllOf) and len(condition.conditions) > 1 else said


def _hours(hours: DuringHours) -> str:
    parts = []
    if len(hours.weekdays) < 7:
        parts.append(f"[{', '.join(map(str, sorted(hours.weekdays)))}].contains(context.time.weekday)")
    if hours.start > 0:
        parts.append(f"context.time.minute >= {hours.start}")
    if hours.end < 1440:
        parts.append(f"context.time.minute < {hours.end}")
    return _AND_INSIDE.join(parts) or "true"


def _in_range(networks: Iterable[Network]) -> str:
    return " || ".join(f'context.place.address.isInRange(ip("{one}"))' for one in networks) or "false"


def _texts(words: Iterable[str]) -> str:
    return f"[{', '.join(map(text_of, words))}]"


def _action(action: str) -> str:
    return f'Action::"{action}"'


def text_of(text: str) -> str:
    """A Cedar string. What is left of a name after `spoken` has nothing that JSON writes otherwise than Cedar."""
    return json.dumps(spoken(text), ensure_ascii=False)


_FACTS: Final[Mapping[type, Callable[[Any], str]]] = {
    Strength: lambda one: f"context.auth.strength >= {one.least}",
    ConfirmedWithin: lambda one: f'context.now.durationSince(context.auth.at) <= duration("{one.minutes}m")',
    FromNetworks: lambda one: _place_in(one.networks),
    NotFromNetworks: lambda one: _place_outside(one.networks),
    FromCountries: lambda one: f"{_texts(one.countries)}.contains(context.place.country)",
    NotFromCountries: lambda one: _known_but("context.place.country", one.countries),
    HealthyDevice: lambda _: 'context.device.compliance == "compliant"',
    ManagedDevice: lambda _: "context.device.managed",
    OnPlatforms: lambda one: f"{_texts(one.platforms)}.contains(context.device.platform)",
    NotOnPlatforms: lambda one: _known_but("context.device.platform", one.platforms),
    AtTheKeyboard: lambda _: "context.auth.interactive",
    WithSecurityKeys: lambda one: f"{_texts(one.models)}.contains(context.session.authenticator)",
    RiskBelow: lambda one: f"context.risk.score < {one.score}",
    DuringHours: _hours,
    ByMethods: lambda one: f"{_texts(sorted(one.methods))}.contains(context.request.method)",
    OnRoutes: lambda one: f"[{', '.join(map(json.dumps, one.patterns))}].contains(context.request.route)",
}
"""How each condition about one fact is written."""
