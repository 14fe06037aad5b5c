"""The directories that the company has: how each is asked, with the secret that was stored for it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from limen.access.membership import store
from limen.access.membership.overdue import ends_by_itself
from limen.clock import Instant
from limen.connectors.aws.groups import AwsGroups
from limen.connectors.google.activities import API
from limen.connectors.google.groups import CLOUD_IDENTITY, SCOPES, GoogleGroups
from limen.connectors.google.service_accounts import IAM
from limen.connectors.google.sign_in import SIGN_IN as GOOGLE_SIGN_IN, delegated_token, service_account
from limen.connectors.group_members import GroupClient
from limen.connectors.microsoft.groups import EntraGroups
from limen.connectors.microsoft.sign_in import GRAPH, SIGN_IN, app_token
from limen.connectors.turns import BrokenOffError
from limen.connectors.vendor_client import VendorClient, closing_clients
from limen.errors import LimenError
from limen.events import Event
from limen.facts.access_rules import NOTHING_TO_ASK, AccessRules
from limen.facts.directory import Directory, DirectoryKind
from limen.pillar import Core
from limen.storage import Keyring, Transaction

LACKS: Final = "no secret is stored for it and its address: `limen directory connect` stores one"
UNKNOWN: Final = "access.yaml has no directory of this name"


@dataclass(frozen=True, slots=True)
class Clients:
    """Makes clients of directories. `client` makes one of HTTP for an origin; the others are those of vendors."""

    client: Callable[[str], VendorClient]
    microsoft_sign_in: str = SIGN_IN
    graph: str = GRAPH
    google_sign_in: str = GOOGLE_SIGN_IN
    workspace: str = API
    cloud_identity: str = CLOUD_IDENTITY
    iam: str = IAM
    aws: str = ""
    """"": the identity store's own, of its region."""

    @asynccontextmanager
    async def opened(self, directory: Directory, secret: str, now: Instant) -> AsyncIterator[GroupClient]:
        """A client of this directory until the end of the block. Raises VendorError."""
        match directory.kind:
            case DirectoryKind.LDAP:
                from limen.connectors.ldap.connection import LdapServer, opened  # noqa: PLC0415 -- only where it is so
                from limen.connectors.ldap.groups import LdapGroups  # noqa: PLC0415 -- as above

                server = LdapServer(directory.url, directory.client, secret, directory.trust)
                async with opened(server) as asked:
                    yield LdapGroups(asked, directory.base, directory.match, directory.member)
            case DirectoryKind.ENTRA:
                async with closing_clients(self.client) as at:
                    to = (directory.tenant, directory.client, secret, GRAPH)
                    token = await app_token(at(self.microsoft_sign_in), *to)
                    yield EntraGroups(at(self.graph), token)
            case DirectoryKind.GOOGLE:
                async with closing_clients(self.client) as at:
                    account = service_account(secret)
                    token = await delegated_token(at(self.google_sign_in), account, directory.client, SCOPES, now)
                    yield GoogleGroups(at(self.workspace), at(self.cloud_identity), token)
            case DirectoryKind.AWS:
                async with closing_clients(self.client) as at:
                    region = directory.url.split(".")[1]
                    yield AwsGroups(at(self.aws or directory.url), region, directory.tenant, directory.client, secret)


class Directories:
    """Used on the event loop."""

    def __init__(self, core: Core, clients: Clients) -> None:
        self._core = core
        self.clients = clients

    def known(self) -> dict[str, Directory]:
        """By their names, as the revision in force has them."""
        return dict((self._core.known.rules_of(AccessRules) or NOTHING_TO_ASK).directories)

    async def outlasting(self) -> frozenset[str]:
        """The ids of the apps that are groups whose members may outlast their grants while Limen is down: of those all
        whose directory has not shown that it ends memberships by itself.
        """
        groups = {app.id: app.group for app in self._core.known.apps.values() if app.group is not None}
        if not groups:
            return frozenset()
        members = await self._core.database.reading(lambda snapshot: store.memberships(snapshot.connection))
        return frozenset(app for app, group in groups.items() if not ends_by_itself(group, members))

    @asynccontextmanager
    async def opened(self, name: str) -> AsyncIterator[GroupClient]:
        """A client of a directory, by its name. Raises VendorError, BrokenOffError."""
        directory = self.known().get(name)
        if directory is None:
            raise BrokenOffError(UNKNOWN)
        secret = await self._core.database.reading(
            lambda snapshot: store.ASKED.secret_of(snapshot.connection, self._core.keyring, name, directory.place)
        )
        if not secret:
            raise BrokenOffError(LACKS)
        async with self.clients.opened(directory, secret, self._core.clock.now()) as client:
            yield client


def keep_secret(
    transaction: Transaction, keyring: Keyring, name: str, directory: Directory, secret: str, now: Instant, *, by: str
) -> None:
    """Keep the secret by which Limen gets into a directory."""
    store.ASKED.keep_secret(transaction.connection, keyring, name, directory.place, secret)
    transaction.say(Event(at=now, kind="directory.secret_kept", actor=by, details={"directory": name}))


def forget_account(transaction: Transaction, name: str, person_id: str, now: Instant, *, by: str) -> None:
    """The next account that is found with somebody's address is theirs. Raises LimenError where none was known."""
    if not store.unlink(transaction.connection, name, person_id):
        raise LimenError("no account of theirs is known there", "`limen directory list` shows which are")
    details = {"directory": name}
    transaction.say(Event(at=now, kind="directory.account_forgotten", actor=by, subject=person_id, details={**details}))
