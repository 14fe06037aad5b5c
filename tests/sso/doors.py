"""Every door by which somebody, or a program, gets to an app: one app behind each, all decided by the same rules."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import httpx2
from tests.sso.client import Grafana, told_in
from tests.sso.entra.tenant import APP as MICROSOFT, MAREN, MIA, POLICY, Tenant, answered as posted_to_entra
from tests.sso.issuer import harbor_with, issuer_at_work
from tests.sso.program import Program, settled, workload
from tests.sso.saml.client import Wiki
from tests.web.conftest import Browser, House
from tests.web.portal.test_sign_in import _with_password as enrols_with_password

from limen.company.candidate import candidate
from limen.company.publish import SERVER, publish
from limen.events import Event

PERMIT, CHALLENGE, DENY = "permit", "challenge", "deny"
OFFICE, ELSEWHERE = "192.0.2.7", "203.0.113.7"
NETWORK = """
zones:
  here: {kind: workstation, prefixes: [192.0.2.0/24], isolated: true}
  there: {kind: vpn, prefixes: [203.0.113.0/24], isolated: true}
  servers: {kind: server, prefixes: [10.20.0.0/24]}
"""
BACK, ACS = "https://code.harbor.example/back", "https://saml.harbor.example/acs"
APPS = f"""
- id: gate
  host: gate.harbor.localhost
  upstream: http://127.0.0.1:9
  label: internal
  actions: {{view: ["GET /**"]}}

- id: code
  protocol: oidc
  label: internal
  url: https://code.harbor.example/
  oidc:
    redirect_uris: ["{BACK}"]
    device: true
    tokens_minutes: 60
    may_act: [night-batch]

- id: saml
  protocol: saml
  label: internal
  url: https://saml.harbor.example/
  saml:
    entity_id: https://saml.harbor.example/saml
    acs: ["{ACS}"]

- id: desk
  protocol: network
  label: internal
  network: {{to: [servers], services: [rdp]}}
"""
POLICIES = f"""{POLICY}
@id("staff-connects")
@title("Staff connect")
@reason("They work there.")
@phase("identity")
permit (principal in Group::"staff", action == Action::"connect", resource == App::"desk")
when {{ context.auth.strength >= 2 }};

@id("programs-look")
@title("Programs look")
@reason("They make reports.")
@phase("identity")
permit (principal is Workload, action == Action::"view", resource)
when {{ principal in Group::"engineering" && (resource == App::"code" || resource == App::"gate") }};
"""
TABLE = ("gate", "code", "saml", "microsoft-365", "desk")
"""The apps. All are permitted to staff by the baseline or, with two factors, by the table's own policies."""


@dataclass
class Somebody:
    """A person at every door, and what they got there while nothing stood in the way."""

    name: str
    browser: Browser
    oid: str
    gate: Browser | None = None
    refresh: str = ""
    access: str = ""


@dataclass
class Doors:
    """All of it. `program` is a workload that may act for people at the app `code`."""

    house: House
    tenant: Tenant
    app: Grafana
    program: Program
    folder: Path
    people: dict[str, Somebody] = field(default_factory=dict)

    async def arrives(self, name: str, address: str, *, with_passkey: bool) -> Somebody:
        """Somebody of the staff signs in so, from there, and gets what programs need later at every door."""
        browser = self.house.browser(address=address)
        if with_passkey:
            await self.house.member(browser, name, "staff")
        else:
            await enrols_with_password(self.house, browser, await self.house.invite(name, "staff"))
        who = Somebody(name, browser, MAREN if self.people else MIA)
        self.tenant.links(self.house, who.oid, self.house.id_of(f"{name.lower()}@harbor.example"))
        self.people[name] = who
        who.gate = await self.house.into(browser, "gate", address=address)
        await self.renews(who)
        return who

    async def renews(self, who: Somebody) -> None:
        """New tokens at the app `code`."""
        tokens = await self.app.tokens(who.browser)
        who.refresh, who.access = tokens["refresh_token"], tokens["access_token"]

    async def change(self, policy: str = "", label: str = "") -> None:
        """Publish another policy, or another label of all these apps."""
        company = self.house.limen.in_force.company
        assert company is not None
        texts = {}
        if policy:
            texts["policies/70-of-the-table.cedar"] = policy
        if label:
            before = company.files["apps.yaml"]
            ours = before[before.index("- id: gate") :]
            texts["apps.yaml"] = before.replace(ours, ours.replace("label: internal", f"label: {label}"))
        after = candidate(company, texts)
        publish(self.house.limen.database, after, SERVER, "the table", self.house.clock.now())
        await settled(self.house)
        if self.house.limen.known.apps["microsoft-365"].entra != self.tenant.registered:
            self.tenant.is_registered_at(self.house)

    def last(self) -> Event:
        """The newest decision about one of these apps."""
        about = [event for event in self.house.events("decision") if event.decision and event.decision.app in TABLE]
        return about[0]


# The doors


async def gateway(doors: Doors, who: Somebody) -> str:
    assert who.gate is not None
    answer = await who.gate.get("/", **{"sec-fetch-mode": "navigate"})
    return PERMIT if answer.status_code == 502 else _led(answer)  # permitted: nothing listens behind it


async def oidc_code(doors: Doors, who: Somebody) -> str:
    answer = await who.browser.get(doors.app.way())
    if answer.headers.get("location", "").startswith(BACK):
        assert told_in(answer)["code"]
        return PERMIT
    return _led(answer)


async def oidc_refresh(doors: Doors, who: Somebody) -> str:
    answer = await doors.app.refresh(who.refresh)
    who.refresh = answer.json().get("refresh_token", who.refresh)
    return PERMIT if answer.status_code == 200 else _refused(answer, "invalid_grant")


async def saml(doors: Doors, who: Somebody) -> str:
    answer = await Wiki(doors.house, "https://saml.harbor.example/saml").asks(who.browser)
    return PERMIT if answer.status_code == 200 and 'name="SAMLResponse"' in answer.text else _led(answer)


async def entra(doors: Doors, who: Somebody) -> str:
    page = await doors.tenant.asks_through(
        who.browser, doors.tenant.hint(who.oid, f"{who.name.lower()}@harbor.example")
    )
    if page.status_code == 200:
        fields = posted_to_entra(page).fields
        return PERMIT if "id_token" in fields else DENY
    return _led(page)


async def device(doors: Doors, who: Somebody) -> str:
    begun = (await doors.app.post("/oidc/device", scope="openid")).json()
    await who.browser.get("/device")
    await who.browser.post("/device", code=begun["user_code"])
    answer = await who.browser.post("/device/answer", code=begun["user_code"], answer="agree")
    return PERMIT if answer.status_code == 200 else _led(answer)


async def firewall(doors: Doors, who: Somebody) -> str:
    await who.browser.get("/network/connect")
    answer = await who.browser.post("/network/connect", app="desk")
    return PERMIT if answer.headers.get("location", "").endswith("done=opened") else _led(answer)


async def token_exchange(doors: Doors, who: Somebody) -> str:
    answer = await doors.program.acts(who.access)
    return PERMIT if answer.status_code == 200 else _refused(answer, "invalid_request")


async def client_credentials(doors: Doors, _who: Somebody) -> str:
    answer = await doors.program.asks("https://code.harbor.example/")
    return PERMIT if answer.status_code == 200 else _refused(answer, "invalid_grant")


async def client_credentials_at_the_gateway(doors: Doors, _who: Somebody) -> str:
    """A token for the app behind the gateway, and what the gateway says to it."""
    answer = await doors.program.asks("https://gate.harbor.localhost/")
    if answer.status_code != 200:
        return _refused(answer, "invalid_grant")
    bearer = {"authorization": f"Bearer {answer.json()['access_token']}"}
    got = await doors.house.browser("https://gate.harbor.localhost", ELSEWHERE).get("/", **bearer)
    assert got.status_code in {403, 502}, got.text
    return PERMIT if got.status_code == 502 else DENY


Door = Callable[[Doors, Somebody], Awaitable[str]]
OF_PEOPLE: tuple[Door, ...] = (gateway, oidc_code, saml, entra, device, firewall)
"""At which the person is there, and can prove more."""
FOR_PEOPLE: tuple[Door, ...] = (token_exchange, oidc_refresh)
"""At which a program asks in a person's name. A refresh that is refused ends the sign-in, so it comes last."""
OF_PROGRAMS: tuple[Door, ...] = (client_credentials, client_credentials_at_the_gateway)
EVERY: tuple[Door, ...] = (*OF_PEOPLE, *FOR_PEOPLE, *OF_PROGRAMS)


def _led(answer: httpx2.Response) -> str:
    """Where somebody is sent who does not get through."""
    path = urlsplit(answer.headers.get("location", "")).path
    if path.endswith("/step-up"):
        return CHALLENGE
    assert path.endswith("/not-yet") or answer.status_code == 403, (answer.status_code, answer.headers, answer.text)
    return DENY


def _refused(answer: httpx2.Response, error: str) -> str:
    told = answer.json()
    assert told["error"] == error, told
    assert re.fullmatch(r"decision [0-9a-f-]+", told["error_description"]), told
    return DENY


@asynccontextmanager
async def doors_at(folder: Path) -> AsyncIterator[Doors]:
    def written(there: Path) -> None:
        apps = there / "apps.yaml"
        apps.write_text(apps.read_text().rstrip() + "\n" + APPS + MICROSOFT)
        (there / "network.yaml").write_text(NETWORK)
        (there / "policies" / "69-of-the-table.cedar").write_text(POLICIES)

    with issuer_at_work() as issuer:
        async with AsyncExitStack() as closing:
            house = await harbor_with(closing, folder, [issuer], also=written)
            tenant = Tenant(issuer)
            tenant.publish()
            tenant.is_registered_at(house)
            await house.administrator(house.browser())
            app = await Grafana.registered(house, id="code", back=BACK)
            program = await workload(house, "night-batch", address=ELSEWHERE)
            yield Doors(house, tenant, app, program, folder)
