"""Hosts that people reach by SSH: whether each has enrolled, is heard, and holds to what Limen says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from limen.clock import DAY, Instant, Milliseconds, SystemClock
from limen.company.places import journal_folder
from limen.doctor.in_thread import aside
from limen.doctor.setup import Setup
from limen.enforcement.ssh import store
from limen.enforcement.ssh.certificates import HOST_LIVES
from limen.enforcement.ssh.store import EnrolledHost
from limen.finding import Finding, State
from limen.storage.journal.reader import Reader

NAME: Final = "ssh hosts"
SILENT: Final[Milliseconds] = 2 * DAY
"""A host that follows Limen gets its next certificate each day."""
LATELY: Final[Milliseconds] = DAY
MOST_EVENTS: Final = 5_000
"""So many of the newest are looked through for what hosts said of themselves."""
_SAID: Final = {
    "others": (
        "it let others in than Limen permits, within the last day",
        "`limen-ssh-host status` there says who; `limen-ssh-host only` shuts other ways in",
    ),
    "clock": ("its clock was not Limen's, within the last day", "see who set it; nobody is let in until it is right"),
    "ahead": (
        "it had a state that this Limen never made, within the last day",
        "see whether a backup was restored, or its program was changed",
    ),
}


async def ssh_hosts(setup: Setup) -> list[Finding]:
    """It reads the database and the newest of the journal, and asks no host."""
    named = {host: app.name for app in setup.apps if app.ssh is not None for host in app.ssh.hosts}
    enrolled = {one.name: one for one in await aside(lambda: _enrolled(setup))}
    if not named and not enrolled:
        return [Finding(NAME, State.SKIPPED, "nobody reaches hosts by SSH through Limen", where="apps.yaml")]
    now = SystemClock().now()
    unsound = await aside(lambda: _unsound(setup, now))
    found = [*_of_names(named, enrolled), *_silent(enrolled, now)]
    for host, why in sorted(unsound):
        if host in enrolled and why in _SAID:
            found.append(Finding(NAME, State.WRONG, *_SAID[why], host))
    well = len(enrolled.keys() & named.keys() - {one.where for one in found})
    return [*found, Finding(NAME, State.OK, f"{well} of {len(named)} hosts follow Limen", where="apps.yaml")]


def _of_names(named: dict[str, str], enrolled: dict[str, EnrolledHost]) -> Iterator[Finding]:
    for host in sorted(named.keys() - enrolled.keys()):
        what = f"people may reach it by {named[host]}, and it has not enrolled"
        yield Finding(NAME, State.WARNING, what, "enrol it: SSH hosts in the console says how", host)
    for host in sorted(enrolled.keys() - named.keys()):
        what = "it has enrolled, and apps.yaml does not name it any more"
        yield Finding(NAME, State.WARNING, what, "name it, or remove it under SSH hosts", host)


def _silent(enrolled: dict[str, EnrolledHost], now: Instant) -> Iterator[Finding]:
    for host, one in sorted(enrolled.items()):
        heard_by = max(one.certified_until - HOST_LIVES, one.enrolled_at) + SILENT
        if now > heard_by:
            what = "it was not heard for more than a day: no revocation arrives there"
            yield Finding(NAME, State.WARNING, what, "start limen-ssh-host there, and see what its status says", host)


def _enrolled(setup: Setup) -> list[EnrolledHost]:
    return setup.kept(lambda s: store.hosts(s.connection), []) or []


def _unsound(setup: Setup, now: Instant) -> set[tuple[str, str]]:
    """Each host that said of itself lately what it should not be, with why."""
    try:
        newest, _ = Reader(journal_folder(setup.root, setup.settings)).newest(MOST_EVENTS)
    except OSError:
        return set()
    return {
        (str(one.details.get("host", "")), one.reason)
        for one in newest
        if one.kind == "ssh.host_unsound" and now - one.at <= LATELY
    }
