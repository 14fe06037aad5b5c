"""Service accounts of a Google Cloud project with their keys (IAM API: `projects.serviceAccounts.list`, `keys.list`).

The project is that of the account that asks. A key that Google made for a user is good until somebody deletes it: its
end is in the year 9999, which is said as none.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

from limen.clock import Instant, from_iso
from limen.connectors.vendor_client import VendorClient, VendorError, listed, text_in

IAM: Final = "https://iam.googleapis.com"
SCOPE: Final = "https://www.googleapis.com/auth/cloud-platform.read-only"
MOST: Final = 500
_PER_PAGE: Final = "100"
_PROJECT: Final = re.compile(r"[^@]+@([a-z][a-z0-9-]{4,29})\.iam\.gserviceaccount\.com")
_NEVER: Final = "9999"


@dataclass(frozen=True, slots=True)
class Key:
    """`ends_at` 0: it does not end by itself."""

    begins_at: Instant
    ends_at: Instant


@dataclass(frozen=True, slots=True)
class CloudAccount:
    """A service account by the ID that is never used again."""

    id: str
    email: str
    title: str
    is_enabled: bool
    keys: tuple[Key, ...]


def project_of(email: str) -> str:
    """The project that a service account's address names. Raises VendorError where it names none."""
    found = _PROJECT.fullmatch(email)
    if found is None:
        raise VendorError("wrong-secret")
    return found[1]


async def cloud_accounts(iam: VendorClient, token: str, project: str) -> list[CloudAccount]:
    """All service accounts of a project. Raises VendorError."""
    found: list[CloudAccount] = []
    after = ""
    while True:
        query = [("pageSize", _PER_PAGE), *([("pageToken", after)] if after else [])]
        page = await iam.get(f"/v1/projects/{quote(project, safe='')}/serviceAccounts", query, token)
        for told in listed(page, "accounts") if "accounts" in page else ():
            if len(found) >= MOST:
                raise VendorError("too-much")
            found.append(await _account(iam, token, project, told))
        if not page.get("nextPageToken"):
            return found
        after = text_in(page, "nextPageToken")


async def _account(iam: VendorClient, token: str, project: str, told: Mapping[str, Any]) -> CloudAccount:
    unique, title = text_in(told, "uniqueId", 100), told.get("displayName")
    path = f"/v1/projects/{quote(project, safe='')}/serviceAccounts/{quote(unique, safe='')}/keys"
    answer = await iam.get(path, [("keyTypes", "USER_MANAGED")], token)
    keys = listed(answer, "keys") if "keys" in answer else []
    return CloudAccount(
        unique,
        text_in(told, "email", 300),
        title[:200] if isinstance(title, str) else "",
        told.get("disabled") is not True,
        tuple(_key(one) for one in keys if one.get("disabled") is not True),
    )


def _key(told: Mapping[str, Any]) -> Key:
    ends = told.get("validBeforeTime")
    is_endless = isinstance(ends, str) and ends.startswith(_NEVER)
    return Key(_instant(told.get("validAfterTime")), 0 if is_endless else _instant(ends))


def _instant(text: object) -> Instant:
    try:
        return from_iso(text) if isinstance(text, str) else 0
    except ValueError:
        return 0
