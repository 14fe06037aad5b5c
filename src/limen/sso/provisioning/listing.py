"""What is known of the apps that Limen keeps accounts in: how it goes with each, whose accounts, and what differs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from limen.facts.provision import Provision
from limen.sso.provisioning import store
from limen.sso.provisioning.model import HeldAccount, State
from limen.sso.provisioning.store import AppState, Difference
from limen.storage import Snapshot


@dataclass(frozen=True, slots=True)
class ListedApp:
    """An app, its accounts, and what differed when it was compared. `provision` is None where apps.yaml says nothing of
    accounts there any more.
    """

    app: str
    provision: Provision | None
    state: AppState
    accounts: tuple[HeldAccount, ...]
    differences: tuple[Difference, ...]

    @property
    def counts(self) -> Mapping[State, int]:
        return Counter(one.state for one in self.accounts)

    @property
    def wrong(self) -> tuple[HeldAccount, ...]:
        """Accounts that could not be brought to what they are to be: of those who left first."""
        failing = [one for one in self.accounts if one.error]
        return tuple(sorted(failing, key=lambda one: (one.state is not State.LEAVING, one.left_at, one.since)))

    @property
    def asking(self) -> int:
        """How many accounts wait for an administrator's word: to be taken, and to be made again."""
        return self.counts[State.ASKING] + self.state.stopped


def listed(snapshot: Snapshot, known: Mapping[str, Provision]) -> list[ListedApp]:
    """All of them, by their IDs: those in force, and those in which accounts are known."""
    accounts, differences = store.accounts(snapshot.connection), store.differences(snapshot.connection)
    states = store.app_states(snapshot.connection)
    return [
        ListedApp(
            app,
            known.get(app),
            states.get(app, AppState(app)),
            tuple(one for one in accounts if one.app == app),
            tuple(one for one in differences if one.app == app),
        )
        for app in sorted(known.keys() | {one.app for one in accounts})
    ]
