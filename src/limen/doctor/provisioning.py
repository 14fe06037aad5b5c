"""Apps in which Limen keeps accounts: whether they take what they are sent, and whether somebody who left is still in.

Limen writes down how it goes with each: that is what is looked at here. No app is asked.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from limen.clock import DAY, Instant, SystemClock
from limen.doctor.in_thread import aside
from limen.doctor.setup import Setup
from limen.finding import Finding, State
from limen.sso.provisioning.listing import ListedApp, listed
from limen.sso.provisioning.store import DifferenceKind

NAME: Final = "accounts at apps"
_GUIDE: Final = "see docs/how-to/accounts-at-apps.md"


async def provisioning(setup: Setup) -> list[Finding]:
    """It reads apps.yaml and the database."""
    every = await aside(lambda: _listed(setup))
    if not every:
        return [Finding(NAME, State.SKIPPED, "Limen keeps accounts in no app", where="apps.yaml")]
    now = SystemClock().now()
    return [found for one in every for found in _of(one, now, is_running=setup.limen is not None)]


def _listed(setup: Setup) -> list[ListedApp]:
    known = {app.id: app.provision for app in setup.apps if app.provision is not None}
    return setup.kept(lambda s: listed(s, known), []) or []


def _of(one: ListedApp, now: Instant, *, is_running: bool) -> list[Finding]:
    found = list(_wrong(one, now, is_running=is_running))
    return found or [Finding(NAME, State.OK, "it takes what it is sent of people", where=one.app)]


def _wrong(one: ListedApp, now: Instant, *, is_running: bool) -> Iterator[Finding]:
    outstanding = sum(held.is_on and held.left_at > 0 for held in one.accounts)
    if outstanding:
        what = f"{outstanding} of its accounts are of people who lost access, and are not off yet"
        fix = f"`limen provision list {one.app}` says why" if is_running else "start Limen, which ends them first"
        yield Finding(NAME, State.WRONG, what, f"{fix}; or deactivate them in the app", one.app)
    if one.provision is None:
        if any(held.is_on for held in one.accounts):
            what = "apps.yaml does not say any more where its SCIM is: its accounts stay, also those of leavers"
            yield Finding(NAME, State.WARNING, what, f"{_GUIDE}; then `limen provision forget {one.app}`", one.app)
        return
    if not one.state.has_secret:
        fix = f"store it: `limen provision connect {one.app}`"
        yield Finding(NAME, State.WRONG, "Limen has no token for it", fix, one.app)
        return
    if error := one.state.trouble or one.state.error:
        yield Finding(NAME, State.WRONG, f"it could not be asked: {error}", _GUIDE, one.app)
    if one.asking:
        what = f"{one.asking} of its accounts wait for an answer"
        yield Finding(NAME, State.WARNING, what, "look at *Accounts at apps* in the console", one.app)
    if strangers := sum(each.kind is DifferenceKind.STRANGER and each.is_active for each in one.differences):
        what = f"{strangers} of its accounts belong to nobody here"
        fix = "say whose they are, or have them deactivated, at *Accounts at apps*"
        yield Finding(NAME, State.WARNING, what, fix, one.app)
    if is_running and now - one.state.done_at > 2 * DAY:
        what = "it was not compared for two days, although Limen runs"
        yield Finding(NAME, State.WARNING, what, "the log says why", one.app)
