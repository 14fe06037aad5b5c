"""Who is in a group of AWS IAM Identity Center, by its identity store's API (JSON 1.1, Signature Version 4).

No membership there ends by itself: Limen ends it. The signature is botocore's, which the extra `limen[aws]` brings.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

from limen.clock import Instant
from limen.connectors.group_members import Account, refuse_more
from limen.connectors.vendor_client import VendorClient, VendorError, listed, text_in

_PER_PAGE: Final = 100
_ANSWERED: Final = frozenset({200, 400, 404, 409})
"""What is wrong comes with one of these, and says in its body what it is."""
_LONGEST_NAME: Final = 200


class _RefusedError(VendorError):
    """`kind` is AWS's own name of it: `ResourceNotFoundException`."""

    def __init__(self, kind: str, status: int) -> None:
        super().__init__("no-group" if kind == "ResourceNotFoundException" else "not-allowed", status)
        self.kind = kind


@dataclass(frozen=True, slots=True)
class AwsGroups:
    """`store` is the identity store's id. Accounts and groups are known by their ids."""

    client: VendorClient
    region: str
    store: str
    access_key: str
    secret: str = field(repr=False)

    async def find(self, address: str) -> Account:
        """AWS lets no two users have one address."""
        unique = {"UniqueAttribute": {"AttributePath": "emails.value", "AttributeValue": address}}
        try:
            told = await self._ask("GetUserId", AlternateIdentifier=unique)
        except _RefusedError as error:
            if error.kind in {"ResourceNotFoundException", "ValidationException"}:
                raise VendorError("no-account") from None
            raise
        account = await self.current(text_in(told, "UserId", 100))
        if account is None:
            raise VendorError("no-account")
        return account

    async def current(self, account_id: str) -> Account | None:
        try:
            told = await self._ask("DescribeUser", UserId=account_id)
        except _RefusedError as error:
            if error.kind == "ResourceNotFoundException":
                return None
            raise
        user_id, name = text_in(told, "UserId", 100), told.get("DisplayName")
        return Account(user_id, user_id, name[:_LONGEST_NAME] if isinstance(name, str) else "")

    async def has(self, group: str, account: Account) -> bool:
        member = {"UserId": account.value}
        told = await self._ask("IsMemberInGroups", MemberId=member, GroupIds=[group])
        return any(one.get("MembershipExists") is True for one in listed(told, "Results"))

    async def members(self, group: str) -> dict[str, str]:
        await self._ask("DescribeGroup", GroupId=group)
        found: dict[str, str] = {}
        more: dict[str, str] = {}
        while True:
            told = await self._ask("ListGroupMemberships", GroupId=group, MaxResults=_PER_PAGE, **more)
            for one in listed(told, "GroupMemberships"):
                member = one.get("MemberId")
                found[text_in(member if isinstance(member, dict) else {}, "UserId", 100)] = ""
            refuse_more(len(found))
            if not told.get("NextToken"):
                return found
            more = {"NextToken": text_in(told, "NextToken")}

    async def add(self, group: str, account: Account, now: Instant, until: Instant) -> bool:  # noqa: ARG002
        try:
            await self._ask("CreateGroupMembership", GroupId=group, MemberId={"UserId": account.value})
        except _RefusedError as error:
            if error.kind != "ConflictException":
                raise
        return False

    async def remove(self, group: str, account: Account) -> None:
        try:
            member = {"UserId": account.value}
            told = await self._ask("GetGroupMembershipId", GroupId=group, MemberId=member)
            await self._ask("DeleteGroupMembership", MembershipId=text_in(told, "MembershipId", 100))
        except _RefusedError as error:
            if error.kind != "ResourceNotFoundException":
                raise
            await self._ask("DescribeGroup", GroupId=group)  # it is no member of a group that there is

    def key(self, value: str) -> str:
        return value

    # Inside

    async def _ask(self, operation: str, **said: Any) -> Mapping[str, Any]:
        body = msgspec.json.encode({"IdentityStoreId": self.store, **said})
        headers = self._signed(operation, body)
        reply = await self.client.send("POST", "/", body, headers, fine=_ANSWERED)
        try:
            told = msgspec.json.decode(reply.body, type=dict[str, Any]) if reply.body else {}
        except (msgspec.MsgspecError, RecursionError):
            raise VendorError("garbage") from None
        if reply.status != 200:
            kind = told.get("__type")
            raise _RefusedError(kind.rpartition("#")[2] if isinstance(kind, str) else "", reply.status)
        return told

    def _signed(self, operation: str, body: bytes) -> dict[str, str]:
        try:
            from botocore.auth import SigV4Auth  # noqa: PLC0415 -- of an extra, and heavy
            from botocore.awsrequest import AWSRequest  # noqa: PLC0415 -- as above
            from botocore.credentials import Credentials  # noqa: PLC0415 -- as above
        except ImportError:
            raise VendorError("not-installed") from None
        headers = {"content-type": "application/x-amz-json-1.1", "x-amz-target": f"AWSIdentityStore.{operation}"}
        request = AWSRequest("POST", f"{self.client.origin}/", data=body, headers=headers)
        SigV4Auth(Credentials(self.access_key, self.secret), "identitystore", self.region).add_auth(request)
        return dict(request.headers.items())
