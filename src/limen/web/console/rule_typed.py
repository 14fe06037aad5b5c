"""What the fields of a rule's page hold, as the rule says it or as somebody typed it, and what to heed beside them.

A page is always drawn from fields, never from a form, so that nothing that was typed is lost where it can't be taken.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import Final

from limen.facts import ACTIONS, LIMEN, App, Device, Place, Risk, Session
from limen.policy import State
from limen.policy.attribute import Kind
from limen.policy.forms import Form, Needs
from limen.policy.forms.model import RISK, TEXTS
from limen.web.console.rule_fields import EVERYBODY, FIRST, MOST_WAYS, SETS, local_text, needs_fields, offered

Fields = Mapping[str, Sequence[str]]

AT_ONCE: Final = ("auth.strength", "auth.at")
"""What a page shows without opening its section of all the rest, as it does the flags of a device."""
UNKNOWN_WORDS: Final[Mapping[str, str]] = {
    "place.country": "which country a request comes from",
    "place.anonymiser": "which addresses belong to anonymising services",
    "risk.score": "how high the risk is",
    "device.known": "which devices are known",
    "device.managed": "which devices are managed",
    "device.compliance": "which devices are healthy",
    "device.passing": "which checks a device passes",
    "device.binding": "which device a session is bound to",
}
"""The facts that a Limen may have no source for, and how it is said that nothing tells them."""


@dataclass(frozen=True, slots=True)
class RuleFields:
    """The fields of a rule's page. Lists may hold anything that a browser sent; the page shows only what it knows."""

    fields: Fields

    def text(self, name: str) -> str:
        values = self.fields.get(name, ())
        return values[0] if values else ""

    def has(self, name: str, value: str = "1") -> bool:
        return value in self.fields.get(name, ())

    @property
    def ways(self) -> list[int]:
        """The numbers of the lists of needs that the page holds."""
        return [number for number in range(MOST_WAYS) if f"w{number}_{FIRST}" in self.fields]

    def is_used(self, way: int, *names: str) -> bool:
        """Whether anything is said in these fields of a list of needs (none named: in any of it)."""
        start = f"w{way}_"
        asked = [start + name for name in names] or [name for name in self.fields if name.startswith(start)]
        return any(value.strip() not in {"", "0"} for name in asked for value in self.fields.get(name, ()))

    def uses_more(self, way: int) -> bool:
        """Whether anything is said in the section that is closed where none of it is used."""
        shown = {
            row.path for row in offered() if row.noun == "device" and row.kind in {Kind.BOOL, Kind.CHOICE, Kind.SET}
        }
        others = (row.key for row in offered() if row.path not in {*AT_ONCE, *shown})
        return self.is_used(way, "not_countries", "country_known", "risk_may_be_unknown", *others)

    @property
    def exempt(self) -> list[int]:
        """The numbers of the exceptions that name somebody."""
        numbers = (name[1:].removesuffix("_person") for name in self.fields if name.endswith("_person"))
        return sorted(int(one) for one in numbers if one.isdecimal() and len(one) < 5 and self.text(f"x{one}_person"))

    @property
    def next_exempt(self) -> int:
        return max(self.exempt, default=-1) + 1


def typed(form: Form, zone: tzinfo, *, is_blank: bool = False) -> RuleFields:
    """The fields that show this form. A blank one has said neither whom it is about nor that it asks for nothing."""
    fields: dict[str, list[str]] = {
        **{name: [getattr(form, name)] for name in TEXTS},
        **{name: sorted(getattr(form, name)) for name in SETS},
        "phase": [form.phase or ""],
        "state": [form.state],
        "sensitivity": ["" if form.sensitivity is None else str(form.sensitivity)],
        "workloads": _on(form.is_for_workloads),
        "apps_only": _on(form.is_for_apps_only),
        "spares_limen": _on(form.spares_limen),
        "who": [] if is_blank or form.groups else [EVERYBODY],
        "asks_nothing": _on(not is_blank and all(one.is_empty for one in form.needs)),
    }
    fields |= needs_fields(form, zone)
    for number, one in enumerate(form.exemptions):
        fields |= {
            f"x{number}_person": [one.person],
            f"x{number}_reason": [one.reason],
            f"x{number}_until": [local_text(one.until, zone)],
        }
    return RuleFields({name: values for name, values in fields.items() if values})


def actions_of(chosen: Iterable[str], apps: Mapping[str, App], ticked: Iterable[str] = ()) -> list[str]:
    """The actions that a request to one of these apps can be, from the mildest; all of them where none is chosen.

    What is ticked already stays on the page, whatever the apps say.
    """
    named = [apps[app] for app in chosen if app in apps]
    if not named:
        return list(ACTIONS)
    found = {action for app in named for action in _actions(app)}
    return [action for action in ACTIONS if action in found or action in set(ticked)]


def unknown_here(
    devices: Iterable[Device], risks: Iterable[Risk], places: Iterable[Place], sessions: Iterable[Session]
) -> frozenset[str]:
    """Which facts nothing tells in this Limen yet: of its devices, its people's risks, where requests came from, and
    what sessions are tied to.
    """
    devices, places = list(devices), list(places)
    told = {
        "place.country": any(place.country for place in places),
        "place.anonymiser": any(not place.anonymiser for place in places),
        "risk.score": any(risk.known for risk in risks),
        "device.known": any(device.known for device in devices),
        "device.managed": any(device.managed for device in devices),
        "device.compliance": any(device.compliance == "compliant" for device in devices),
        "device.passing": any(device.passing for device in devices),
        "device.binding": any(session.binding for session in sessions),
    }
    return frozenset(fact for fact, is_told in told.items() if not is_told)


def untold(form: Form, unknown: frozenset[str]) -> str:
    """A sentence about what nothing tells although every way through the rule needs it; "" where there is none."""
    if form.state is not State.ENFORCE or not form.needs:
        return ""
    missing = [[fact for fact in UNKNOWN_WORDS if fact in unknown and _needs(needs, fact)] for needs in form.needs]
    if not all(missing):
        return ""
    what = "it lets nobody in" if form.is_permit else "it blocks everyone it covers"
    return f"Limen can't know yet {UNKNOWN_WORDS[missing[0][0]]}, so {what}"


def sensitive(chosen: Iterable[str], apps: Mapping[str, App]) -> list[App]:
    """The confidential and restricted ones of these apps, the most sensitive first; of all where none is chosen."""
    named = [apps[app] for app in chosen if app in apps] or list(apps.values())
    found = [app for app in named if app.sensitivity >= 2 and app.id != LIMEN]
    return sorted(found, key=lambda app: (-app.sensitivity, app.name.casefold()))


def _actions(app: App) -> Iterator[str]:
    yield from (rule.action for rule in app.rules)
    if not app.rules:
        yield "administer"  # what every request to such an app is
    if app.id == LIMEN:
        yield "sign_in"


def _needs(needs: Needs, fact: str) -> bool:
    """Whether only what is known of this fact can fulfil the needs."""
    if fact == RISK and needs.risk_may_be_unknown:
        return False
    return fact in needs.asks or (fact == "place.country" and needs.country_known)


def _on(is_on: object) -> list[str]:
    return ["1"] if is_on else []
