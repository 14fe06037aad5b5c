"""The question of what-if: what its address says, whom somebody may mean, and what its forms offer to choose from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime
from ipaddress import IPv4Network, IPv6Network
from typing import Any, Final
from urllib.parse import urlencode

from starlette.requests import Request

from limen.clock import HOUR, MINUTE
from limen.facts import ACTIONS, CHECKS, App, FactStore, Group, Label, Person
from limen.facts.facts import Plain
from limen.policy.attributes import ATTRIBUTES
from limen.policy.engine import Engine
from limen.policy.hypothetical import Hypothetical, read_value
from limen.web.console.drafts import Draft
from limen.web.requests import query
from limen.web.site import Site

NOBODY: Final = "nobody"
PROVED: Final = {
    "1": "just now",
    "30": "30 minutes ago",
    "120": "2 hours ago",
    "300": "5 hours ago",
    "1500": "yesterday",
}
DEVICES: Final = {
    "": "an unknown device",
    "compliant": "a healthy device",
    "non_compliant": "a device that is not healthy",
    "unknown": "a known device, health unknown",
}
STRENGTHS: Final = {"3": "a passkey", "2": "two factors", "1": "one factor", "0": "nothing"}
DOCUMENTS: Final = {"": "the app itself"} | {one.word: f"a document that is {one.word}" for one in Label}
TABLES: Final = {"person": "This person, every app", "app": "This app, everyone", "all": "Everyone, every app"}
_DEFAULTS: Final = {"action": "view", "strength": "3", "proved": "1", "table": "person"}


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the address says; whatever it says wrongly is as if it were not said."""

    person: str = ""
    who: str = ""
    """What was typed for a person and names nobody here, or several."""
    app: str = ""
    action: str = "view"
    strength: str = "3"
    proved: str = "1"
    device: str = ""
    managed: str = ""
    token: str = ""
    network: str = ""
    country: str = ""
    at: str = ""
    risk: str = ""
    grant: str = ""
    document: str = ""
    """The label of a document in the app that is asked for; "" is the app itself."""
    table: str = "person"
    start: str = ""
    draft: str = ""
    """The change that is not published yet whose policies answer; "" is what is in force."""
    more: tuple[tuple[str, str], ...] = ()
    """What is said of the attributes that parts declare, by their keys."""

    def link(self, **changes: str) -> str:
        """The address of the same question with these changes."""
        changed = replace(self, **changes)  # type: ignore[arg-type]  # `more` is never among them
        said = {one.name: getattr(changed, one.name) for one in fields(self) if one.name != "more"} | dict(changed.more)
        asked = urlencode({name: value for name, value in said.items() if value and value != _DEFAULTS.get(name)})
        return f"/console/what-if?{asked}" if asked else "/console/what-if"

    def supposed(self) -> Hypothetical:
        return Hypothetical(
            strength=int(self.strength),
            proved=int(self.proved) * MINUTE,
            at=self.at,
            device=self.device,
            passing=CHECKS if self.device == "compliant" else (),
            managed=bool(self.managed),
            token=bool(self.token),
            network=self.network,
            country=self.country,
            risk=int(self.risk or 0),
            grant=8 * HOUR if self.grant else 0,
            document=Label[self.document.upper()] if self.document else None,
            more=tuple(self._more()),
        )

    def _more(self) -> Iterator[tuple[str, Plain]]:
        said = dict(self.more)
        for path, row in ATTRIBUTES.table.loose.items():
            value = read_value(row, said.get(row.key, ""))
            if value is not None and said.get(row.key):
                yield path, value


@dataclass(frozen=True, slots=True)
class World:
    """Whose policies answer, about which apps, in which networks: what is in force, or what somebody drafted."""

    engine: Engine
    apps: Mapping[str, App]
    networks: tuple[tuple[str, IPv4Network | IPv6Network], ...]
    groups: Mapping[str, Group]
    said: str = ""

    @classmethod
    def in_force(cls, site: Site) -> World:
        known = site.known
        return cls(site.ports.in_force.engine, dict(known.apps), known.networks, dict(known.groups))

    @classmethod
    def of(cls, draft: Draft) -> World:
        company = draft.company
        groups = {group.id: group for group in company.groups}
        return cls(company.engine(), company.all_apps, company.networks, groups, draft.said)


def what_if_choices(site: Site, world: World | None = None) -> dict[str, Any]:
    """What forms about a hypothetical request offer to choose from."""
    networks = world.networks if world is not None else site.known.networks
    named = sorted({name for name, _ in networks})
    return {"networks": named, "proved": PROVED, "devices": DEVICES, "strengths": STRENGTHS, "documents": DOCUMENTS}


def read(request: Request, known: FactStore, world: World) -> Chosen:
    """The question in the address, with nothing in it that is not there."""

    def one_of(name: str, values: Iterable[str], otherwise: str = "") -> str:
        value = query(request, name)
        return value if value in values else otherwise

    country, risk, start = query(request, "country").upper(), query(request, "risk"), query(request, "start")
    typed = query(request, "who", 254).strip()
    named = people_called(known, typed)
    return Chosen(
        person=named[0].id if len(named) == 1 else one_of("person", {*known.people, NOBODY}),
        who="" if len(named) == 1 else typed,
        app=one_of("app", world.apps),
        action=one_of("action", ACTIONS, "view"),
        strength=one_of("strength", STRENGTHS, "3"),
        proved=one_of("proved", PROVED, "1"),
        device=one_of("device", DEVICES),
        managed=one_of("managed", {"yes"}),
        token=one_of("token", {"yes"}),
        network=one_of("network", {name for name, _ in world.networks}),
        country=country if len(country) == 2 and country.isascii() and country.isalpha() else "",
        at=_time(query(request, "at")),
        risk=risk if risk.isascii() and risk.isdigit() and len(risk) <= 3 and int(risk) <= 100 else "",
        grant=one_of("grant", {"yes"}),
        document=one_of("document", DOCUMENTS),
        table=one_of("table", TABLES, "person"),
        start=start if start.isascii() and start.isdigit() and len(start) <= 6 else "",
        more=tuple(
            (row.key, value)
            for row in ATTRIBUTES.table.loose.values()
            if (value := query(request, row.key)) and read_value(row, value) is not None
        ),
    )


def people_called(known: FactStore, typed: str) -> list[Person]:
    """Whom somebody may mean who typed this: a whole name, an address or an ID, or else one word of a name."""
    word = typed.casefold()
    people = [one for one in known.people.values() if word]
    exactly = [one for one in people if word in {one.id, one.email.casefold(), one.name.casefold()}]
    return exactly or [one for one in people if word in one.name.casefold().split()]


def _time(text: str) -> str:
    """`2026-11-24T22:00`, as the field sends it; "" for anything else, and for years that no calendar here has."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return ""
    return text if moment.tzinfo is None and 2000 <= moment.year <= 2100 else ""
