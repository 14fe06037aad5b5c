"""The overview: what was decided today, who is how well protected, and what to do next. Every number leads to rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime, tzinfo
from typing import Final
from urllib.parse import urlencode

from fastapi import APIRouter
from starlette.responses import Response

from limen.clock import DAY, HOUR, Instant
from limen.company import store
from limen.enforcement.traffic import Traffic
from limen.facts import App, Factor, FactStore, SessionState
from limen.identity.model import PersonStatus
from limen.messages import times
from limen.monitor.alerts.service import Alerts
from limen.monitor.detections.hit import Level
from limen.storage.journal.recent import OWN, RING, HourCounts
from limen.web import charts
from limen.web.charts import EFFECTS, Bar
from limen.web.console.backups import about_backups, status_of
from limen.web.console.doctor import rounds_of
from limen.web.console.next_steps import Step, about_alerts, about_doctor, about_onboarding, next_steps
from limen.web.console.onboarding import times_let_pass
from limen.web.console.people import invited_until
from limen.web.console.policies import counts
from limen.web.console.rows import REFUSED, Filter, recent_rows, titles_of
from limen.web.console.view_audit import audit_view
from limen.web.page import Menu, Page
from limen.web.permissions import READ
from limen.web.site import Site
from limen.web.visit import Authorized

PAGES: Final = (
    Page("/console", "Overview", READ, Menu("Watch", 10, "overview"), hint="recent activity and next steps"),
)

HOURS_SHOWN: Final = 24
_SECTIONS: Final = 4


def routes(site: Site) -> APIRouter:
    router, rounds = APIRouter(), site.shared(rounds_of)

    @router.get("/console")
    async def show(visit: Authorized) -> Response:
        audit_view(site, visit, "overview")
        members = await site.identity.people.all()
        revision = await site.ports.database.reading(store.newest)
        zone, now = site.ports.settings.zone, visit.now
        midnight = _start_of_day(now, zone)
        counted = await site.in_thread(lambda: site.ports.journal.hours(now - DAY - HOUR))
        active = [member for member in members if member.status is PersonStatus.ACTIVE]
        with_passkey = sum(Factor.PASSKEY in member.factors for member in active)
        coverage = f"{with_passkey} of {len(active)} people have a passkey"
        today = sums(counted, midnight)
        live = live_sessions(site.known, now)
        apps = sorted(site.known.apps.values(), key=lambda app: app.name.casefold())
        return site.page(
            "console/overview.html",
            visit,
            today=today,
            strip=charts.share(today),
            since=midnight,
            chart=charts.bars(hour_bars(counted, now, zone), "Decisions per hour, the last 24 hours"),
            keys={effect: charts.key(effect) for effect in EFFECTS},
            ring=charts.ring(with_passkey, len(active), coverage),
            with_passkey=with_passkey,
            active=len(active),
            live=live.total(),
            signed_in=len(live),
            rows=recent_rows(site, Filter(effect=REFUSED), 8),
            steps=next_steps(
                members,
                apps,
                counts(site.ports.journal.recent(RING))[1],
                titles_of(site.ports.in_force.engine),
                site.ports.scarce(),
                onboarding_steps(apps, site.ports.doors.traffic, now, zone),
                about_backups(await status_of(site), now),
                about_doctor(rounds.findings, has_run=bool(rounds.ended_at)),
                [*invited_until(members, await site.identity.links.outstanding()).values()].count(0),
                site.ports.settings.mail.server,
                await waiting_cases(site),
            ),
            most=_SECTIONS,
            revision=revision,
            apps=apps,
        )

    return router


async def waiting_cases(site: Site) -> list[Step]:
    """A step for the cases that nobody has taken; none where Limen has no alerts."""
    alerts = site.ports.offers.find(Alerts)
    if alerts is None:
        return []
    waiting = [each.case for each in await alerts.cases() if not each.case.taken_by]
    if not waiting:
        return []
    worst = max((each.level for each in waiting), key=list(Level).index)
    href = f"/console/cases/{waiting[0].id}" if len(waiting) == 1 else "/console/alerts"
    return about_alerts(len(waiting), worst.value, waiting[0].title, href)


def live_sessions(known: FactStore, now: Instant) -> Counter[str]:
    """How many sign-in sessions each person has alive; those of apps hang on them and don't count again."""
    every = (one for one in tuple(known.sessions.values()) if not one.app)
    return Counter(one.person_id for one in every if known.session_state(one, "", now) is SessionState.LIVE)


def sums(hours: HourCounts, since: Instant) -> dict[str, int]:
    """How many decisions of each effect there were from `since` on, about all but Limen itself."""
    shown = [sorts for hour, sorts in hours.items() if hour >= since]
    return {effect: sum(_about_apps(sorts, effect) for sorts in shown) for effect in EFFECTS}


def _about_apps(sorts: Mapping[str, int], effect: str) -> int:
    """Without the decisions about Limen: whoever looks at this page would fill it with their own looking."""
    return sorts.get(effect, 0) - sorts.get(f"{OWN}{effect}", 0)


def _start_of_day(now: Instant, zone: tzinfo) -> Instant:
    moment = datetime.fromtimestamp(now / 1000, zone)
    return int(moment.replace(hour=0, minute=0, second=0, microsecond=0).timestamp() * 1000)


def hour_bars(counted: HourCounts, now: Instant, zone: tzinfo) -> list[Bar]:
    """The last 24 hours, the empty ones too, named in the company's time."""
    newest = now - now % HOUR
    bars = []
    for begin in range(newest - (HOURS_SHOWN - 1) * HOUR, newest + 1, HOUR):
        sorts = counted.get(begin, {})
        name = datetime.fromtimestamp(begin / 1000, zone).strftime("%H:%M")
        href = f"/console/decisions?{urlencode({'since': begin, 'until': begin + HOUR, 'own': 'hide'})}"
        bars.append(Bar(name, href, *_three(sorts)))
    return bars


def _three(sorts: Mapping[str, int]) -> tuple[int, int, int]:
    return _about_apps(sorts, "permit"), _about_apps(sorts, "challenge"), _about_apps(sorts, "deny")


def onboarding_steps(apps: Iterable[App], observed: Traffic, now: Instant, zone: tzinfo) -> list[Step]:
    """A step for each app in onboarding, with what only that let pass."""
    steps = []
    for app in apps:
        if app.is_onboarding(now):
            seen = observed.of(app.id)
            people = len({refused.person_id for refused in seen.refused}) if seen else 0
            until = times.date(app.onboarding_until, zone)
            steps.append(about_onboarding(app, until, people, times_let_pass(seen)))
    return steps
