"""What drives of every vendor tell of sharing, in words that none of them owns: documents, and who was let at them."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from enum import StrEnum
from hashlib import blake2b
from typing import Final, Protocol

MOST_PERMISSIONS: Final = 1_000
"""So many permissions of one document are read; whatever has more is treated as open to everybody."""
NOBODY_KNOWN: Final = "unknown"
"""Stands for somebody whom the vendor names without an email address."""
_ADDRESS: Final = re.compile(r"[^@\s]{1,200}@[^@\s]{1,200}")
_DOMAIN: Final = re.compile(r"[^@\s]{1,200}")
_ID: Final = re.compile(r"[!-~]{1,400}")


class Scope(StrEnum):
    """For whom a permission is."""

    NAMED = "named"
    COMPANY = "company"
    """Everybody with an account at the company."""
    ANYONE = "anyone"
    """Whoever has the address."""


@dataclass(frozen=True, slots=True)
class SharedItem:
    """A document or folder of a drive, as a page of changes has it.

    `version` is another whenever a document's content is; a folder's, when it is moved or renamed. `by` is the email
    address of who shared it last, as far as the vendor says so. `is_shared`: False where the vendor says that nobody
    else has it, so that its permissions need not be asked for. `mime` is what Google calls its kind.
    """

    key: str
    name: str
    parent: str = ""
    size: int = 0
    version: str = ""
    is_folder: bool = False
    by: str = ""
    is_shared: bool = True
    mime: str = ""


@dataclass(frozen=True, slots=True)
class SharingPermission:
    """One way in which somebody was let at an item: a link, or an invitation.

    `people`: email addresses, or `NOBODY_KNOWN`; `domains`: everybody of these. `by`: as in `SharedItem`. `of`: the key
    of the folder that it is inherited from, "" for the item's own; `of_drive`: it comes with being let into a drive.
    """

    id: str
    scope: Scope
    people: frozenset[str] = frozenset()
    domains: frozenset[str] = frozenset()
    by: str = ""
    of: str = ""
    of_drive: bool = False


@dataclass(frozen=True, slots=True)
class SharingPage:
    """A page of what is there, or of what changed. `gone`: keys of what is no more. `cursor`: of the next page, or
    from where later changes are told, where this one `is_last`.
    """

    items: tuple[SharedItem, ...]
    gone: tuple[str, ...]
    cursor: str
    is_last: bool


class SharingDrive(Protocol):
    """The drives of one store. Each raises VendorError: status 410 of `page` says that its cursor is too old, 404 that
    an item is gone, 403 that Limen may not.
    """

    async def begin(self) -> str:
        """The cursor from which everything that changes from now on is told."""
        ...

    async def page(self, cursor: str) -> SharingPage:
        """What changed; "": the first page of all that is there."""
        ...

    async def item(self, key: str) -> SharedItem: ...

    async def permissions(self, item: SharedItem) -> tuple[SharingPermission, ...]: ...

    def within(self, folder: str) -> AsyncIterator[SharedItem]:
        """What is right below a folder, of which the key is given."""
        ...

    def content(self, item: SharedItem) -> AsyncIterator[bytes]:
        """What is in a document, in pieces."""
        ...

    async def remove(self, key: str, permission: str) -> None:
        """End a permission of an item."""
        ...


def address_in(found: object) -> str:
    """An email address in lower case, as a vendor tells it; "" where it is none that can be compared."""
    is_one = isinstance(found, str) and found.isprintable() and _ADDRESS.fullmatch(found)
    return found.casefold() if isinstance(found, str) and is_one else ""


def domain_in(found: object) -> str:
    """A domain, as above."""
    is_one = isinstance(found, str) and found.isprintable() and _DOMAIN.fullmatch(found)
    return found.casefold() if isinstance(found, str) and is_one else ""


def permission_id(found: object) -> str:
    """A permission's id; where it can't be one, something in its place by which no permission can be ended."""
    text = found if isinstance(found, str) else ""
    return text if _ID.fullmatch(text) else f"?{digest_of(text)}"


def digest_of(text: str) -> str:
    """What stands for a text of strangers, of whatever length, where only its being another matters."""
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
