"""What an old system required in several apps at once, as Cedar: a forbid for each requirement."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from limen.importing.conditions import (
    ALWAYS,
    AllOf,
    AnyOf,
    Condition,
    FromCountries,
    FromNetworks,
    HealthyDevice,
    ManagedDevice,
    Not,
    NotFromCountries,
    NotFromNetworks,
    NotOnPlatforms,
    OnPlatforms,
)
from limen.importing.model import Mode, Requirement
from limen.importing.policies_text import cedar, text_of
from limen.policy.annotations import Phase
from limen.printable import plain_word

_LONGEST_ID: Final = 60
_OF_DEVICES: Final = (HealthyDevice, ManagedDevice, OnPlatforms, NotOnPlatforms)
_OF_NETWORKS: Final = (FromNetworks, NotFromNetworks, FromCountries, NotFromCountries)


def requirements_text(
    requirements: Iterable[Requirement],
    apps: Mapping[str, str],
    groups: Mapping[str, str],
    source: str,
    word: str,
) -> list[str]:
    """One policy for each. `apps` and `groups` are the ids by key; what is about none of these apps is left out.
    `source` is the old system's title, `word` begins the policies' names.
    """
    several = [one for one in requirements if set(one.apps) & set(apps)]
    names = [f"{word}-{plain_word(one.title, _LONGEST_ID) or 'requirement'}" for one in several]
    often = Counter(names)
    return [
        _policy(one, name if often[name] == 1 else f"{name}-{_mark(one.key)}", apps, groups, source)
        for one, name in zip(several, names, strict=True)
    ]


def _policy(required: Requirement, name: str, apps: Mapping[str, str], groups: Mapping[str, str], source: str) -> str:
    said = [
        f"@id({text_of(name)})",
        f"@title({text_of(required.title or name)})",
        f"@reason({text_of(f'{source} required this, too: {required.title or name}.')})",
        f"@reason_de({text_of(f'Das verlangte auch {source}: {required.title or name}.')})",
        f'@phase("{_phase(required)}")',
    ]
    if required.mode is not Mode.ENFORCE:
        said.append(f'@state("{required.mode}")')
    said.append("forbid (principal is Person, action, resource)")
    if required.who != ALWAYS:
        said.append(f"when {{ {cedar(required.who, groups)} }}")
    said.append(f"when {{ {_resources(apps[one] for one in required.apps if one in apps)} }}")
    said += [f"unless {{ {cedar(one, groups)} }}" for one in required.unless]
    return "\n".join(said) + ";"


def _resources(ids: Iterable[str]) -> str:
    several = [f'App::"{one}"' for one in sorted(set(ids))]
    return f"resource in {several[0]}" if len(several) == 1 else f"resource in [{', '.join(several)}]"


def _phase(required: Requirement) -> Phase:
    """What Limen has to know of before the requirement does what it says."""
    named = {type(one) for condition in required.unless for one in _facts(condition)}
    if named & set(_OF_DEVICES):
        return Phase.DEVICES
    return Phase.NETWORK if named & set(_OF_NETWORKS) else Phase.IDENTITY


def _facts(condition: Condition) -> Iterator[Condition]:
    match condition:
        case AllOf(conditions) | AnyOf(conditions):
            for one in conditions:
                yield from _facts(one)
        case Not(inner):
            yield from _facts(inner)
        case _:
            yield condition


def _mark(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:6]
