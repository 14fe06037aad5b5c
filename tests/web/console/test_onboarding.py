"""From onboarding to enforce: who would be refused is shown with names and reasons, and then they are."""

import asyncio

from tests.web.console.conftest import Console
from tests.web.console.test_changes import begun, published

from limen.clock import DAY, HOUR
from limen.company.candidate import candidate
from limen.company.folder import APPS
from limen.company.onboarding import written_until
from limen.company.publish import SERVER, publish
from limen.policy.decision import Effect, Named

WIKI = "  host: wiki.harbor.localhost\n"


async def onboard(console: Console, days: int = 7) -> None:
    limen = console.house.limen
    company, now = limen.in_force.company, limen.clock.now()
    assert company is not None
    until = written_until(now + days * DAY, company.settings.zone)
    text = company.files[APPS].replace(WIKI, f"{WIKI}  onboarding: {{until: {until}}}  # wiki first\n")
    arrived = asyncio.Event()
    stop = limen.known.watch(lambda subject: arrived.set() if subject[0] == "apps" else None)
    publish(limen.database, candidate(company, {APPS: text}), SERVER, "The wiki moves in", now)
    await arrived.wait()
    stop()
    assert limen.known.apps["wiki"].onboarding_until


async def test_from_onboarding_to_enforce(console: Console) -> None:
    ben = console.house.browser()
    await console.house.member(ben, "Ben", "warehouse")
    refused = await console.ask(ben, "wiki")
    assert refused.effect is not Effect.PERMIT
    await onboard(console)

    passed = await console.ask(ben, "wiki")
    assert passed.decision is not None
    assert [one.policy for one in passed.decision.reasons] == [Named.ONBOARDING, Named.NOTHING_PERMITS]
    assert passed.permitted
    event = console.house.limen.journal.find(passed.id)
    assert event is not None
    assert event.reason == Named.ONBOARDING or event.decision.reasons[0] == Named.ONBOARDING

    page = (await console.ada.get("/console/apps/wiki/onboarding")).text
    assert "Ben" in page
    assert "No policy permits this" in page
    assert "1 person would have been refused 1 time" in page
    assert "In onboarding" in (await console.ada.get("/console/apps")).text
    assert "/console/apps/wiki/onboarding" in (await console.ada.get("/console/apps/wiki")).text
    assert "Wiki is in onboarding until" in (await console.ada.get("/console")).text
    told = (await console.ada.get(f"/console/decisions/{passed.id}")).text
    assert "The app is in onboarding" in told
    assert "Ben is in Warehouse" in told
    assert "After onboarding:" in told
    assert "What would change the answer:" not in told
    assert "Open to everyone who is signed in until" in (await ben.get("/")).text
    assert "offen für alle, die angemeldet sind" in (await ben.client.get("/", headers={"accept-language": "de"})).text

    await console.ada.get("/console/apps/wiki/onboarding")
    change = await begun(console, "/console/apps/wiki/onboarding/end")
    assert "The onboarding of Wiki ends" in (await console.ada.get(change)).text
    assert (await console.ask(ben, "wiki")).permitted
    await published(console, change, "Everybody who needs it has it")
    assert not (await console.ask(ben, "wiki")).permitted
    company = console.house.limen.in_force.company
    assert company is not None
    assert "onboarding" not in company.files[APPS]


async def test_strangers_revoked_sessions_and_a_confidential_app_stay_refused_and_the_end_is_to_the_instant(
    console: Console,
) -> None:
    ben = console.house.browser()
    ben_id = await console.house.member(ben, "Ben", "warehouse")
    await onboard(console, days=1)
    doors, known = console.house.limen.doors, console.house.limen.known
    host = known.apps["wiki"].host.encode()
    assert not doors.decide_request("gateway", b"GET", host, b"/", b"", "192.0.2.7").permitted
    assert not doors.decide_request(
        "gateway", b"GET", host, b"/", b"__Host-limen-app=" + b"x" * 43, "192.0.2.7"
    ).permitted

    there = await console.house.into(ben, "wiki")
    cookie = next(c for c in there.client.cookies.jar if c.name == "__Host-limen-app")
    sent = f"{cookie.name}={cookie.value}".encode()

    def asked() -> bool:
        return doors.decide_request("gateway", b"POST", host, b"/settings/x", sent, "192.0.2.7").permitted

    assert asked()
    until = known.apps["wiki"].onboarding_until
    decision = doors.decide_request("gateway", b"GET", host, b"/", sent, "192.0.2.7").decision
    assert decision is not None
    assert decision.valid_until == until
    payroll = await console.ask(ben, "payroll")
    assert not payroll.permitted
    known.lease_until, kept = 0.0, known.lease_until
    assert not asked()
    known.lease_until = kept
    known.set_not_before(("person", ben_id), console.house.limen.clock.now() + HOUR)
    assert not asked()
