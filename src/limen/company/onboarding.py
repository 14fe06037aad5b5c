"""The onboarding of apps: when it ends, at most 14 days after publication."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime, tzinfo
from typing import Final

from limen.clock import DAY, Instant, Milliseconds
from limen.company.company import Company
from limen.company.folder import APPS
from limen.configuration.problem import Problem
from limen.errors import LimenError
from limen.facts import App

LONGEST: Final[Milliseconds] = 14 * DAY
"""How long an onboarding may last: long enough to see two whole weeks."""
_LAST: Final = datetime(9990, 1, 1)  # noqa: DTZ001 -- only compared with other local times


def read_until(text: str, zone: tzinfo) -> Instant:
    """`2026-12-08T18:00`, in the company's zone where it names none. Raises ValueError when it is no date and time."""
    moment = datetime.fromisoformat(text)
    if not datetime(2000, 1, 1) <= moment.replace(tzinfo=None) < _LAST:  # noqa: DTZ001
        raise ValueError("out of reach")
    return int((moment if moment.tzinfo else moment.replace(tzinfo=zone)).timestamp()) * 1000


def written_until(until: Instant, zone: tzinfo) -> str:
    """How it is written in apps.yaml: to the minute, so that people can read it."""
    return datetime.fromtimestamp(until / 1000, zone).strftime("%Y-%m-%dT%H:%M")


def too_long(company: Company, now: Instant) -> tuple[Problem, ...]:
    """Every app whose onboarding would outlast a fortnight from `now`."""
    return tuple(_too_long(company, now))


def _too_long(company: Company, now: Instant) -> Iterator[Problem]:
    zone = company.settings.zone
    for app in company.apps:
        if app.onboarding_until > now + LONGEST:
            until = written_until(app.onboarding_until, zone)
            what = f"the onboarding of {app.name} would last until {until}, which is more than 14 days from now"
            fix = f"write {written_until(now + LONGEST, zone)} at most"
            yield Problem(APPS, line_of(company.files.get(APPS, ""), app.id), 1, what, fix)


def within_longest_onboarding(apps: Iterable[App], published_at: Instant) -> tuple[App, ...]:
    """The apps with their onboardings cut to 14 days after the revision was published, whatever it says."""
    latest = published_at + LONGEST
    return tuple(replace(app, onboarding_until=latest) if app.onboarding_until > latest else app for app in apps)


def without_onboarding(text: str, app_id: str) -> str:
    """apps.yaml without this app's onboarding, everything else unchanged.

    Raises `LimenError` where it is not written on lines of its own.
    """
    lines = text.split("\n")
    place = line_of(text, app_id) - 1
    if place < 0 or not re.match(r"\s+onboarding:", lines[place]):
        raise LimenError("the onboarding is not written on a line of its own", "remove it from apps.yaml by hand")
    depth = len(lines[place]) - len(lines[place].lstrip())
    end = place + 1
    while end < len(lines) and lines[end].strip() and len(lines[end]) - len(lines[end].lstrip()) > depth:
        end += 1
    return "\n".join(lines[:place] + lines[end:])


def line_of(text: str, app_id: str) -> int:
    """The line on which the app's onboarding stands, or else the app; 0 where neither is found."""
    found = 0
    for number, line in enumerate(text.split("\n"), 1):
        if re.match(rf"\s*-?\s*id:\s*['\"]?{re.escape(app_id)}['\"]?\s*(#.*)?$", line):
            found = number
        elif found and re.match(r"\s*(- )?id:", line):
            return found
        elif found and re.match(r"\s*onboarding:", line):
            return number
    return found
