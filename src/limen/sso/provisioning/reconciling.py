"""Once a day, and when an administrator asks: what each app has is held against what it should have, and mended.

What is sent in between may be lost at the app, or undone there. Whoever left and is active again is an alarm, and is
deactivated anew. Whom somebody deactivated there stays so: that may be an answer to an attack. Accounts of nobody here
are listed, and left alone.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import partial
from typing import Final

from limen.clock import DAY, HOUR, MINUTE, Instant, Milliseconds
from limen.connectors.scim.users import FoundUser, SentUser
from limen.connectors.turns import Turns, WentOn
from limen.connectors.vendor_client import VendorError
from limen.events import Event
from limen.facts.provision import Provision
from limen.pillar import Core
from limen.sso.provisioning import store
from limen.sso.provisioning.app_health import AppHealth
from limen.sso.provisioning.apps import LACKS, ProvisionedApps
from limen.sso.provisioning.comparing import compare, unwanted
from limen.sso.provisioning.model import NEVER, HeldAccount, State, most_at_once, wanted
from limen.sso.provisioning.planning import of_app
from limen.sso.provisioning.store import AppState, Difference, DifferenceKind
from limen.storage import Transaction

EVERY: Final[Milliseconds] = DAY


class Reconciling:
    """Used on the event loop."""

    def __init__(self, core: Core, apps: ProvisionedApps) -> None:
        self._core = core
        self._apps = apps
        self._turns = Turns(core.database, core.keyring, core.clock.now, store.ASKED, lacks=LACKS, told=AppHealth(core))

    async def reconcile_due(self) -> None:
        """Compare each app whose turn it is."""
        known = self._apps.known()
        if not known:
            return
        now = self._core.clock.now()
        states = await self._core.database.reading(lambda snapshot: store.app_states(snapshot.connection))
        for app in known:
            if _is_due(states.get(app, AppState(app)), now):
                await self.reconcile(app)

    async def reconcile(self, app: str) -> None:
        """Compare one, unless somebody else does at this moment; what differs is mended from the next turn on."""
        provision = self._apps.known().get(app)
        if provision is not None:
            await self._turns.take(app, provision.url, partial(self._compared, app, provision))

    async def _compared(self, app: str, provision: Provision, _secret: str, went_on: WentOn) -> None:
        before = {one.id: one for one in await self._accounts(app)}
        async with self._apps.opened(app) as client:
            found = await client.every()
        await went_on(len(found))
        now = self._core.clock.now()
        await self._core.write(lambda t: self._mend(t, app, provision, found, before, now))

    async def _accounts(self, app: str) -> list[HeldAccount]:
        return await self._core.database.reading(lambda snapshot: store.accounts(snapshot.connection, app=app))

    def _mend(
        self,
        transaction: Transaction,
        app: str,
        provision: Provision,
        found: list[FoundUser],
        before: dict[str, HeldAccount],
        now: Instant,
    ) -> None:
        held = store.accounts(transaction.connection, app=app)
        refuse_sudden_void(held, found)
        settled = {one.id for one in held if one == before.get(one.id) and one.due_at == NEVER}
        people = self._core.known.people
        addresses = {one.email.casefold(): one.id for one in people.values() if one.email}
        users = users_of(held, provision, self._core, self._apps.today())
        differences = compare(held, users, found, addresses, now, settled=settled, app=app)
        before_strangers = _strangers(store.differences(transaction.connection, app))
        store.replace_differences(transaction.connection, app, differences)
        if new := len(_strangers(differences) - before_strangers):
            transaction.say(of_app("provision.stranger_found", app, now, number=new))
        self._make_again(transaction, app, provision, held, differences, now)
        of = {kind: [one for one in differences if one.kind is kind] for kind in DifferenceKind}
        store.send_again(transaction.connection, [one.account_id for one in of[DifferenceKind.CHANGED]], now)
        back = [one.account_id for one in of[DifferenceKind.BACK]]
        store.set_state(transaction.connection, back, State.LEAVING, now)
        for one in of[DifferenceKind.BACK]:
            details = {"app": app, "account": one.account_id}
            transaction.say(Event(at=now, kind="provision.back", subject=one.person_id, details={**details}))
        store.make_due(transaction.connection, now, app=app)
        if over := unwanted(held, users, settled):
            store.make_due(transaction.connection, now, ids=over)

    def _make_again(
        self,
        transaction: Transaction,
        app: str,
        provision: Provision,
        held: Collection[HeldAccount],
        differences: Collection[Difference],
        now: Instant,
    ) -> None:
        """What is missing there is made again; where that is much, an administrator is asked: it may be hidden."""
        missing = [one.account_id for one in differences if one.kind is DifferenceKind.MISSING]
        state = store.app_states(transaction.connection).get(app, AppState(app))
        is_much = len(missing) > most_at_once(sum(one.is_on for one in held), provision.share)
        if is_much and not state.may_go_on:
            if state.stopped != len(missing):
                transaction.say(of_app("provision.stopped", app, now, number=len(missing)))
            store.set_app(transaction.connection, app, stopped=len(missing))
            return
        store.set_app(transaction.connection, app, stopped=0, may_go_on=False)
        store.begin_anew(transaction.connection, missing, now)


def users_of(held: Collection[HeldAccount], provision: Provision, core: Core, today: str) -> dict[str, SentUser]:
    """What each of these accounts is to be, by its ID; of those that are to be."""
    several = {one.id: wanted(core.known.principal(one.person_id), provision, one.id, today) for one in held}
    return {account_id: user for account_id, user in several.items() if user is not None}


def refuse_sudden_void(held: Collection[HeldAccount], found: Collection[FoundUser]) -> None:
    """Raises VendorError where an app is said to be empty in which several have accounts: more likely than that all of
    them are gone is that they are hidden from Limen.
    """
    if not found and sum(one.state is State.ACTIVE for one in held) > 1:
        raise VendorError("garbage")


def _strangers(differences: Collection[Difference]) -> set[str]:
    return {one.remote_id for one in differences if one.kind is DifferenceKind.STRANGER}


def _is_due(state: AppState, now: Instant) -> bool:
    """Where it failed it is tried again within the hour."""
    if not state.has_secret or now < state.busy_until:
        return False
    pause = min(MINUTE << min(state.failures, 6), HOUR) if state.failures else 0
    return state.tried_at == 0 or (now >= state.done_at + EVERY and now >= state.tried_at + pause)
