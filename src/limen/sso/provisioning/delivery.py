"""Brings accounts at apps to what they are to be: what is due in the database is done, whoever leaves before all else.

For each app leavers have a lane of their own, which waits for nothing that is sent of others: neither for an app that
asks to be left alone, nor for hundreds of accounts that are being made.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from limen.clock import MINUTE, SECOND, Instant, Milliseconds
from limen.connectors.scim.client import ScimApp
from limen.connectors.scim.users import SentUser
from limen.connectors.turns import BrokenOffError
from limen.connectors.vendor_client import VendorError
from limen.errors import LimenError
from limen.events import Event, Outcome
from limen.facts import Subject
from limen.facts.tables import APPS
from limen.pillar import Core
from limen.sso.provisioning import store
from limen.sso.provisioning.app_health import AppHealth, asked_to_wait, is_of_the_app
from limen.sso.provisioning.apps import ProvisionedApps
from limen.sso.provisioning.at_app import Done, give, take
from limen.sso.provisioning.model import LONGEST_PAUSE_OF_LEAVERS, NEVER, HeldAccount, State, pause, wanted
from limen.sso.provisioning.planning import Lane, Planning
from limen.storage import Transaction

AT_ONCE: Final = 8
"""Of the accounts of one lane."""
CLAIMED_FOR: Final[Milliseconds] = 2 * MINUTE
"""How long nobody else is at an account that somebody began; then they are taken to be gone."""
_STEP_SECONDS: Final = 100.0
"""So long at most is somebody at it."""
LOOK_AGAIN: Final[Milliseconds] = 5 * SECOND
"""For what another process made due."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Failure:
    """Why something was not done. `is_of_app`: it says nothing of the account that was sent."""

    what: str
    is_of_app: bool = False
    wait: Milliseconds = 0


class Delivery:
    """Used on the event loop."""

    def __init__(self, core: Core, apps: ProvisionedApps) -> None:
        self._core = core
        self._apps = apps
        self._health = AppHealth(core)
        self._is_everybody = True
        self._changed: set[str] = set()
        self._day = ""
        self._due_at: Instant = 0
        self._looking = asyncio.Lock()
        self._running: dict[Lane, asyncio.Task[None]] = {}
        self._stop = core.known.watch(self._told)

    async def keep(self) -> None:
        """Begin whatever is to be done now. Costs next to nothing while nobody changes and nothing is due."""
        async with self._looking:
            await self._look()

    async def _look(self) -> None:
        plan = self._plan()
        self._see_day(plan.today)
        now = plan.now  # what the plan makes due is due then: an earlier look at the clock would find it too early
        if not (self._is_everybody or self._changed) and now < self._due_at:
            return
        changed = None if self._is_everybody else frozenset(self._changed)
        self._is_everybody, self._changed = False, set()
        self._due_at = now + LOOK_AGAIN
        if not plan.apps:
            return
        if changed is None or changed:
            await self._core.database.writing(lambda t: plan.enqueue(t, changed))
        if await self._core.database.reading(lambda s: store.is_due(s.connection, plan.apps, now)):
            for lane in sorted(await self._core.write(plan.sort), reverse=True):
                self._begin(lane)
        next_due = await self._core.database.reading(lambda s: store.next_due(s.connection, plan.apps, now))
        self._due_at = min(self._due_at, next_due)

    async def look(self) -> None:
        """Something became due by an administrator's word: begin it."""
        self._due_at = 0
        await self.keep()

    async def settled(self) -> None:
        """Return when everything that was begun has been tried."""
        while self._running:
            await asyncio.gather(*self._running.values(), return_exceptions=True)
            await asyncio.sleep(0)

    async def close(self) -> None:
        self._stop()
        for task in list(self._running.values()):
            task.cancel()
        await self.settled()

    def _told(self, subject: Subject) -> None:
        if subject == APPS:
            self._is_everybody = True
        elif subject[0] == "person":
            self._changed.add(subject[1])

    def _see_day(self, today: str) -> None:
        """Whoever has a first day is looked at on each day anew: when it comes, nobody changes them."""
        if today != self._day:
            self._changed |= self._core.known.first_days.keys()
            self._day = today

    def _plan(self) -> Planning:
        known, apps = self._core.known, self._apps
        return Planning(known.people, apps.known(), self._core.clock.now(), known.first_days, apps.today())

    # One lane of one app

    def _begin(self, lane: Lane) -> None:
        if lane not in self._running:
            task = asyncio.create_task(self._work(lane), name=f"accounts at {lane.app}")
            self._running[lane] = task
            task.add_done_callback(partial(self._ended, lane))

    def _ended(self, lane: Lane, task: asyncio.Task[None]) -> None:
        self._running.pop(lane, None)
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.error("accounts at an app could not be kept: it is tried again", exc_info=error)

    async def _work(self, lane: Lane) -> None:
        try:
            async with self._apps.opened(lane.app) as client:
                while several := await self._due(lane):
                    await self._several(client, lane, several)
        except BrokenOffError as error:
            for one in await self._due(lane) if lane.is_leavers else ():
                await self._refused(lane, one, error)
            await self._health.is_in_trouble(lane.app, error)
        except VendorError as error:
            if not lane.is_leavers:
                await self._health.is_in_trouble(lane.app, error)
        else:
            await self._health.is_well(lane.app)

    async def _due(self, lane: Lane) -> list[HeldAccount]:
        plan = self._plan()
        due = await self._core.database.reading(
            lambda snapshot: store.accounts(snapshot.connection, app=lane.app, due_at=plan.now)
        )
        return plan.of(lane, due)[: AT_ONCE * 8] if lane.app in plan.apps else []

    async def _several(self, client: ScimApp, lane: Lane, several: Iterable[HeldAccount]) -> None:
        """Raises VendorError where something is wrong with the app itself, after those that were begun."""
        waiting, wrong = iter(several), list[VendorError]()

        async def one_after_another() -> None:
            for one in waiting:
                try:
                    await self._one(client, lane, one)
                except VendorError as error:
                    wrong.append(error)
                if wrong:
                    return

        await asyncio.gather(*(one_after_another() for _ in range(AT_ONCE)))
        if wrong:
            raise wrong[0]

    async def _refused(self, lane: Lane, held: HeldAccount, error: BrokenOffError) -> None:
        if (claimed := await self._claimed(held)) is not None:
            await self._failed(lane, claimed, _Failure(error.what, is_of_app=True))

    async def _claimed(self, held: HeldAccount) -> HeldAccount | None:
        now = self._core.clock.now()
        until = now + CLAIMED_FOR
        return await self._core.database.writing_together(lambda t: store.claim(t.connection, held, now, until))

    # One account

    async def _one(self, client: ScimApp, lane: Lane, due: HeldAccount) -> None:
        """What is wrong with it alone is written down; what is wrong with the app is raised, too."""
        if (held := await self._claimed(due)) is None:
            return
        try:
            async with asyncio.timeout(_STEP_SECONDS):
                done = await self._done(client, lane, held)
        except TimeoutError:
            await self._failed(lane, held, _Failure(VendorError("slow").what, is_of_app=True))
            raise VendorError("slow") from None
        except VendorError as error:
            is_of_app = is_of_the_app(error)
            await self._failed(lane, held, _Failure(error.what, is_of_app, asked_to_wait(error)))
            if is_of_app:
                raise
        except LimenError:
            raise
        except Exception as error:  # noqa: BLE001 -- an answer that is none holds up nobody else
            _log.warning("an app's answer could not be read: %s", type(error).__name__)
            await self._failed(lane, held, _Failure(VendorError("garbage").what))
        else:
            await self._keep(held, done)

    async def _done(self, client: ScimApp, lane: Lane, held: HeldAccount) -> Done:
        """Raises VendorError; `changed` where it is not for this lane any more."""
        provision = self._apps.known().get(held.app)
        user = self._user(held)
        if provision is None or (user is None) is not lane.is_leavers:
            raise VendorError("changed")
        if user is None:
            return await take(client, held, provision, self._core.clock.now())
        return await give(client, held, user, provision, partial(self._is_others, held))

    def _user(self, held: HeldAccount) -> SentUser | None:
        """What the app is to have of them by the people and apps of this moment."""
        provision = self._apps.known().get(held.app)
        return wanted(self._core.known.principal(held.person_id), provision, held.id, self._apps.today())

    async def _is_others(self, held: HeldAccount, remote_id: str) -> bool:
        found = await self._core.database.reading(lambda s: store.with_remote_id(s.connection, held.app, remote_id))
        return found is not None and found.id != held.id

    async def _keep(self, held: HeldAccount, done: Done) -> None:
        now, one = self._core.clock.now(), done.account

        def work(transaction: Transaction) -> None:
            is_unwanted = one.state is State.ACTIVE and self._user(one) is None
            store.keep(transaction.connection, replace(one, due_at=now) if is_unwanted else one, held)
            store.drop_difference(transaction.connection, one.app, one.remote_id)
            if done.kind:
                transaction.say(_event(done.kind, one, now))

        await self._core.database.writing_together(work)
        self._due_at = 0

    async def _failed(self, lane: Lane, held: HeldAccount, failure: _Failure) -> None:
        """It is tried again when the app says, or later each time. That somebody who left is still in is an alarm.

        For what is wrong with an app nobody's account is given up: it waits until the app is well.
        """
        now = self._core.clock.now()
        waits_for_app = failure.is_of_app and not lane.is_leavers
        failures = held.failures if waits_for_app else held.failures + 1
        again = 0 if waits_for_app else pause(failures, is_leaver=lane.is_leavers)
        wait = min(failure.wait, LONGEST_PAUSE_OF_LEAVERS) if lane.is_leavers else failure.wait
        due_at = NEVER if again is None else now + max(again, wait)
        state = State.LEAVING if lane.is_leavers else held.state.begun
        tried = replace(held, state=state, due_at=due_at, failures=failures, error=failure.what)
        kind = "provision.given_up" if again is None else ""
        if lane.is_leavers and (held.failures == 0 or held.error != failure.what):
            kind = "provision.deactivation_failed"

        def work(transaction: Transaction) -> None:
            store.failed(transaction.connection, tried, held)
            if kind:
                transaction.say(_event(kind, tried, now))

        await self._core.write(work)
        self._due_at = 0


def _event(kind: str, one: HeldAccount, now: Instant) -> Event:
    outcome = Outcome.FAILURE if one.error else Outcome.SUCCESS
    more = {"error": one.error} if one.error else {}
    subject = "" if one.is_nobodys else one.person_id
    details: dict[str, str | int | bool] = {"app": one.app, "account": one.id, **more}
    return Event(at=now, kind=kind, outcome=outcome, subject=subject, details=details)
