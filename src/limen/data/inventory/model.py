"""The nouns of the inventory: a store as data.yaml states it, and an item that was found in one."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from hashlib import blake2b
from typing import Final, Protocol, runtime_checkable

from limen.clock import DAY, Instant, Milliseconds
from limen.data.documents import WhyNot
from limen.data.labels.beside import Beside
from limen.facts import Label

LONGEST_PATH: Final = 4_096
LONGEST_FOLDER: Final = 500
LACKS: Final = "no secret is stored for it: `limen data connect {name}` stores one"
"""Why a store whose secret nobody gave was not gone through."""
MOST_DOMAINS: Final = 20
"""So many domains that an item is shared with are kept by name."""


class StoreKind(StrEnum):
    """What a store is, and so how it is asked."""

    FOLDER = "folder"
    SMB = "smb"
    """A share of a file server, mounted on this machine."""
    S3 = "s3"
    POSTGRESQL = "postgresql"
    MICROSOFT365 = "microsoft365"
    GOOGLE_DRIVE = "google_drive"

    @property
    def called(self) -> str:
        """What people read."""
        return _TITLES[self]

    @property
    def is_local(self) -> bool:
        """Whether it is read as files of this machine, without a secret."""
        return self in {StoreKind.FOLDER, StoreKind.SMB}


_TITLES: Final = {
    StoreKind.FOLDER: "Folder",
    StoreKind.SMB: "File share",
    StoreKind.S3: "Amazon S3",
    StoreKind.POSTGRESQL: "PostgreSQL",
    StoreKind.MICROSOFT365: "Microsoft 365",
    StoreKind.GOOGLE_DRIVE: "Google Drive",
}


class Audience(IntEnum):
    """Who an item is open to by its store's own sharing, from the fewest to the most."""

    NAMED = 0
    """People and groups of the company that its store names."""
    COMPANY = 1
    """Everybody with an account at the store."""
    OUTSIDE = 2
    """Named people or domains that are not of the company."""
    ANYONE = 3
    """Whoever has its address."""


@dataclass(frozen=True, slots=True)
class Store:
    """A place where the company keeps documents or records.

    `where`: a folder, an S3 bucket with a prefix, the address of a database, a site or a person's address at Microsoft,
    a shared drive's ID or a person's address at Google. `label`: the most that is meant to lie there. `owner`: a group
    or an email address. `reached_by`: ids of the apps by which people reach it. `needed_by`: the groups that need it;
    () says nothing of who does. `inside`: domains that are the company's own, beside its first. `is_encrypted`: what
    somebody states; None: nothing. `bytes_per_second`: it is read no faster.
    """

    name: str
    kind: StoreKind
    where: str
    label: Label
    owner: str = ""
    reached_by: tuple[str, ...] = ()
    needed_by: tuple[str, ...] = ()
    inside: tuple[str, ...] = ()
    region: str = ""
    tenant: str = ""
    client: str = ""
    is_encrypted: bool | None = None
    every_ms: Milliseconds = DAY
    stale_ms: Milliseconds = 365 * DAY
    bytes_per_second: int = 20_000_000

    @property
    def place(self) -> str:
        """What a secret, and how far a walk came, are kept for: at another place both count for nothing."""
        return f"{self.kind} {self.where} {self.region} {self.tenant} {self.client}"[:500]


@dataclass(frozen=True, slots=True)
class StatedStores:
    """The stores in force, by name."""

    by_name: Mapping[str, Store] = field(default_factory=dict)


NO_STORES: Final = StatedStores()


@dataclass(frozen=True, slots=True)
class Item:
    """A document, an object or a column of a table. What the store does not tell is 0 or "".

    `key` is what the store knows it by, and never changes while it is the same; `path` is what people read, `/` between
    folders. `etag` is another whenever its content is. `owner`: the email address of whose it is. `domains`: whom
    outside it is shared with, by domain.
    """

    key: str
    path: str
    size: int
    changed_at: Instant
    etag: str
    accessed_at: Instant = 0
    owner: str = ""
    audience: Audience = Audience.NAMED
    domains: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        return item_id(self.key)

    @property
    def folder(self) -> str:
        """Where it lies, "" for the store's own root."""
        return self.path.rpartition("/")[0][:LONGEST_FOLDER]


def item_id(key: str) -> str:
    """The id under which an item is kept, of fixed length: a key may be as long as a path."""
    return blake2b(key.encode("utf-8", "surrogateescape"), digest_size=16).hexdigest()


@dataclass(frozen=True, slots=True)
class Batch:
    """Some items in the order of a walk, and from where it goes on after them.

    `gone` are keys of items that are no more. `whole` estimates how many items there are in all, 0 where that is not
    known. `missed`: so many things were passed by that could not be read.
    """

    items: tuple[Item, ...]
    cursor: str
    gone: tuple[str, ...] = ()
    whole: int = 0
    missed: int = 0


class StartAgainError(Exception):
    """The place from where a walk was to go on is no place any more: it begins anew."""


class Gone(Exception):  # noqa: N818 -- it is no error that an item is gone
    """An item was moved, changed or removed since it was listed."""


class Unreadable(Exception):  # noqa: N818 -- as above
    """One item can't be read, and others can: `why_not`."""

    def __init__(self, why_not: WhyNot = WhyNot.FAILED) -> None:
        super().__init__(why_not)
        self.why_not = why_not


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a store proves of itself. None: it says nothing of it."""

    is_encrypted: bool | None = None
    encrypted_by: str = ""
    is_transit_encrypted: bool | None = None


class Walker(Protocol):
    """Goes through one store. Each raises VendorError or WalkError where the store does not answer as it must."""

    def batches(self, cursor: str) -> AsyncIterator[Batch]:
        """From a cursor on ("": from the beginning). Raises StartAgainError.

        The cursor of the last batch is where the next walk begins: "" where each goes through everything, else from
        where on only changes are told.
        """
        ...

    def body(self, item: Item) -> AsyncIterator[bytes]:
        """What is in an item, in pieces. Raises Gone, Unreadable."""
        ...

    async def evidence(self) -> Evidence: ...


@runtime_checkable
class KeepsLabels(Protocol):
    """A walker of a store that can keep labels beside what they label."""

    async def beside(self, item: Item) -> Beside | None:
        """What is said of it beside it; None for nothing. Raises Gone, Unreadable."""
        ...


@dataclass(frozen=True, slots=True)
class Counted:
    """How many different values of a detector there are in an item; `is_more`: at least so many."""

    detector: str
    number: int
    confidence: int
    is_more: bool = False


@dataclass(frozen=True, slots=True)
class LookedInto:
    """What looking into an item gave. `label`: by its content; None where nothing of a rule was in it."""

    label: Label | None = None
    counted: tuple[Counted, ...] = ()
    why_not: tuple[str, ...] = field(default=())
