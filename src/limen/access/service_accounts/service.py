"""Directories are asked now and then which accounts of programs they have; somebody claims each, for a time.

A claim ends: whoever answers for an account says at least once a year that it is still needed.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from typing import Final

from limen.access.membership import store as groups
from limen.access.membership.directories import Directories
from limen.access.service_accounts import store
from limen.access.service_accounts.asking import accounts_of
from limen.access.service_accounts.model import Seen, ServiceAccount
from limen.clock import DAY, HOUR, Instant
from limen.connectors.vendor_client import VendorError
from limen.errors import LimenError
from limen.events import Event
from limen.facts.directory import Directory
from limen.pillar import Core
from limen.printable import one_line
from limen.storage import Snapshot, Transaction

EVERY: Final = 6 * HOUR
LONGEST: Final = 366 * DAY
LONGEST_PURPOSE: Final = 200
NOT_CONNECTED: Final = "Limen is not let in yet: `limen directory connect` stores what it needs"
_log: Final = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Claim:
    """Who answers for an account, by the id of a person; what it is for, and until when."""

    owner: str
    purpose: str
    until: Instant


class ServiceAccounts:
    """Offered to pages. Used on the event loop."""

    def __init__(self, core: Core, directories: Directories) -> None:
        self._core = core
        self._directories = directories

    async def look_when_due(self) -> int:
        """Ask the directories that were not asked lately; how many."""
        known, now = self._directories.known(), self._core.clock.now()
        await self._core.database.writing(lambda t: store.forget_directories(t.connection, known))
        return sum([await self._ask_when_due(name, directory, now) for name, directory in known.items()])

    async def look(self, name: str) -> None:
        """Ask one now. What goes wrong is kept beside it."""
        directory = self._directories.known().get(name)
        if directory is not None:
            await self._ask(name, directory)

    async def every(self) -> tuple[list[ServiceAccount], list[store.Turn]]:
        """All that are known, and how each directory was asked last."""
        return await self._core.database.reading(lambda s: (store.every(s.connection), store.turns(s.connection)))

    async def _ask_when_due(self, name: str, directory: Directory, now: Instant) -> bool:
        def begin(transaction: Transaction) -> bool:
            return store.begin(transaction.connection, name, now, now - EVERY)

        return await self._core.database.writing(begin) and await self._ask(name, directory)

    async def _ask(self, name: str, directory: Directory) -> bool:
        core, now = self._core, self._core.clock.now()
        secret = await core.database.reading(lambda s: self._secret(s, name, directory))
        if not secret:
            await core.database.writing(lambda t: store.end(t.connection, name, now, NOT_CONNECTED))
            return False
        try:
            told = await accounts_of(self._directories.clients, directory, secret, now)
        except VendorError as error:
            _log.warning("%s tells no accounts of programs: %s", name, error.word)
            said = error.what
            await core.database.writing(lambda t: store.end(t.connection, name, now, said))
            return False
        if told is None:
            await core.database.writing(lambda t: store.end(t.connection, name, now, ""))
            return False
        await core.database.writing(lambda t: take_over(t, name, told, now))
        return True

    def _secret(self, snapshot: Snapshot, name: str, directory: Directory) -> str:
        return groups.ASKED.secret_of(snapshot.connection, self._core.keyring, name, directory.place) or ""


def take_over(transaction: Transaction, name: str, told: list[Seen], now: Instant) -> None:
    """All that a directory has now. That there are new ones is journaled."""
    new, gone = store.keep(transaction.connection, name, told, now)
    store.end(transaction.connection, name, now, "")
    if new or gone:
        details: dict[str, str | int | bool] = {"directory": name, "new": new, "gone": gone}
        transaction.say(Event(at=now, kind="service_account.listed", details=details))


def claim(transaction: Transaction, account_id: str, said: Claim, now: Instant, *, by: str) -> ServiceAccount:
    """From now on this person answers for it. Raises LimenError, saying what is wrong with it."""
    account, purpose = _known(transaction, account_id), one_line(said.purpose, LONGEST_PURPOSE)
    if not said.owner:
        raise LimenError("nobody answers for the account", "name its owner by email address")
    if not purpose:
        raise LimenError("the purpose is missing", f"say in one line of {LONGEST_PURPOSE} characters what it does")
    if not now < said.until <= now + LONGEST:
        raise LimenError("a claim ends within a year from now", "choose an earlier end; it can be put off later")
    claimed = replace(account, owner=said.owner, purpose=purpose, until=said.until, claimed_at=now, claimed_by=by)
    store.claim(transaction.connection, claimed)
    _say(transaction, "service_account.claimed", claimed, now, by)
    return claimed


def keep(transaction: Transaction, account_id: str, until: Instant, now: Instant, *, by: str) -> ServiceAccount:
    """Its owner says that it is still needed. Raises LimenError where it is not theirs, or the end is none."""
    account = _own(transaction, account_id, by)
    return claim(transaction, account_id, Claim(by, account.purpose, until), now, by=by)


def give_up(transaction: Transaction, account_id: str, now: Instant, *, by: str) -> None:
    """Its owner answers for it no more. Raises LimenError where it is not theirs."""
    release(transaction, _own(transaction, account_id, by).id, now, by=by)


def _own(transaction: Transaction, account_id: str, owner: str) -> ServiceAccount:
    account = store.by_id(transaction.connection, account_id)
    if account is None or account.owner != owner:
        raise LimenError("this is not a program that you answer for", "look at the list again")
    return account


def release(transaction: Transaction, account_id: str, now: Instant, *, by: str) -> None:
    """Nobody answers for it any more. Raises LimenError where nobody did."""
    account = _known(transaction, account_id)
    if not account.owner:
        raise LimenError("nobody has claimed it", "look at the list again")
    _say(transaction, "service_account.released", account, now, by)
    store.claim(transaction.connection, replace(account, owner="", purpose="", until=0, claimed_at=0, claimed_by=""))


def _known(transaction: Transaction, account_id: str) -> ServiceAccount:
    account = store.by_id(transaction.connection, account_id)
    if account is None:
        raise LimenError("there is no such account", "look at the list again: its directory may have it no more")
    return account


def _say(transaction: Transaction, kind: str, account: ServiceAccount, now: Instant, by: str) -> None:
    details: dict[str, str | int | bool] = {"directory": account.directory, "account": account.id}
    details["until"] = account.until
    transaction.say(Event(at=now, kind=kind, actor=by, subject=account.owner, details=details))
