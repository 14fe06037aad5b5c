"""Where the SCIM server reads and writes, in one transaction: what changes of a user is the source's word of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, cast

import msgspec
from scim2_models import (
    InvalidFilterException,
    InvalidValueException,
    Meta,
    NotFoundException,
    PreconditionFailedException,
    Resource,
    ResourceType,
    ResponseParameters,
    SearchRequest,
    TooManyException,
    UniquenessException,
)
from scim2_models.path import CompareOperator, Comparison
from scim2_server.storage import ScimStorage, SearchPage
from sqlalchemy import Connection

from limen.clock import Instant
from limen.identity.errors import UnfitError
from limen.identity.sources.applying import Applying
from limen.identity.sources.model import MOST_GROUPS, MOST_PEOPLE, SourcePerson
from limen.identity.sources.scim import store
from limen.identity.sources.scim.bounds import MOST_LOOKED_THROUGH, MOST_MEMBERS
from limen.identity.sources.scim.mapping import person_of
from limen.identity.sources.scim.member_changes import MemberChanges
from limen.identity.sources.scim.resources import WHOLE_USER, Employment, EnterpriseUser, Group, Member, User, UserGroup
from limen.identity.sources.scim.store import GROUP, USER, Kept
from limen.identity.sources.store import mark_due
from limen.opaque import new_id

AnyResource = Resource[Any]


class SourceStorage(ScimStorage):
    """The resources of one source. `applying` is its word in the same transaction; None where only is read."""

    def __init__(self, connection: Connection, source: str, now: Instant, applying: Applying | None) -> None:
        self._connection = connection
        self._source = source
        self._now = now
        self._applying = applying
        self.has_said_later = False
        """Whether something was said of people that is still to be applied."""

    def operation(self) -> AbstractContextManager[Any]:
        """Of a bulk request each operation is done whole or not at all."""
        return self._connection.begin_nested()

    # Reading

    def get(
        self,
        resource_type: ResourceType,
        resource_id: str,
        *,
        response_parameters: ResponseParameters[Any] | None = None,  # noqa: ARG002 -- the server applies it
    ) -> AnyResource:
        return self._resources([self._kept(resource_type, resource_id)])[0]

    def search(
        self,
        resource_types: list[ResourceType],
        search_request: SearchRequest[Any],
        *,
        position: Any = None,  # noqa: ARG002 -- no cursors are announced
    ) -> SearchPage:
        kinds = [one.name or "" for one in resource_types]
        start, count = search_request.start_index_0 or 0, search_request.count
        if search_request.filter is None and search_request.sort_by is None and len(kinds) == 1:
            total = store.number_of(self._connection, self._source, kinds[0])
            return SearchPage(
                total, self._resources(store.page(self._connection, self._source, kinds[0], start, count))
            )
        found = [
            one for one in self._resources(self._candidates(kinds, search_request)) if _is_match(one, search_request)
        ]
        found.sort(key=lambda one: one.id or "")
        if search_request.sort_by is not None:
            is_descending = search_request.sort_order == SearchRequest.SortOrder.descending
            found.sort(key=lambda one: _sort_key(search_request, one), reverse=is_descending)
        return SearchPage(len(found), found[start : None if count is None else start + count])

    def _candidates(self, kinds: Sequence[str], search: SearchRequest[Any]) -> list[Kept]:
        """Those that a search has to look at: by an index where it asks for one value, else all of them.

        Raises TooManyException.
        """
        attribute, value = _equality(search)
        found: list[Kept] = []
        for kind in kinds:
            if attribute == ("username" if kind == USER else "displayname"):
                found += store.called(self._connection, self._source, kind, value)
            elif attribute == "externalid":
                found += store.external(self._connection, self._source, kind, value)
            elif attribute == "id":
                one = store.get(self._connection, self._source, kind, value)
                found += [one] if one is not None else []
            elif store.number_of(self._connection, self._source, kind) > MOST_LOOKED_THROUGH:
                raise TooManyException(detail="Ask for one userName, displayName, externalId or id")
            else:
                found += store.page(self._connection, self._source, kind, 0, None)
        return found

    # Writing

    def create(self, resource_type: ResourceType, resource: AnyResource) -> AnyResource:
        kind = resource_type.name or ""
        if store.number_of(self._connection, self._source, kind) >= MOST_PEOPLE:
            raise InvalidValueException(detail=f"A source can have at most {MOST_PEOPLE} of these")
        new = replace(self._written(kind, resource), id=new_id("s"), version=1, created_at=self._now)
        if not store.add(self._connection, self._source, new):
            raise UniquenessException(detail="This source has a user of this userName already")
        self._apply(new, resource, is_new=True)
        return self._user(new) if kind == USER else self._resources([new])[0]  # who is new is in no group

    def update(
        self, resource_type: ResourceType, resource: AnyResource, *, expected_version: str | None = None
    ) -> AnyResource:
        before = self._kept(resource_type, resource.id or "", expected_version)
        written = self._written(before.kind, resource)
        new = replace(written, id=before.id, version=before.version + 1, created_at=before.created_at)
        if not store.save(self._connection, self._source, new):
            raise UniquenessException(detail="This source has another user of this userName")
        self._apply(new, resource, is_renamed=new.body != before.body)
        return self._resources([new])[0]

    def delete(self, resource_type: ResourceType, resource_id: str, *, expected_version: str | None = None) -> None:
        before = self._kept(resource_type, resource_id, expected_version)
        members = store.members_of(self._connection, self._source, [before.id]).get(before.id, [])
        store.remove(self._connection, self._source, before.id)
        if before.kind == USER:
            self._word().gone(before.id)
        else:
            self._say_later(members)

    # Groups with many members

    def group_alone(self, resource_type: ResourceType, group_id: str) -> AnyResource:
        """A group without its members. Raises NotFoundException."""
        kept = self._kept(resource_type, group_id)
        return _with_meta(Group.model_validate_json(kept.body), kept)

    def number_of_members(self, group_id: str) -> int:
        return store.number_of_members(self._connection, self._source, group_id)

    def change_members(self, resource_type: ResourceType, group_id: str, changes: MemberChanges) -> None:
        """Raises NotFoundException; InvalidValueException where somebody who joins is no user of this source."""
        kept = self._kept(resource_type, group_id)
        before = store.members_of(self._connection, self._source, [group_id]).get(group_id, [])
        self._refuse_strangers(changes.joined, len(before))
        changed = store.set_members(self._connection, self._source, group_id, changes.after(before))
        if changed:
            new = replace(kept, version=kept.version + 1, changed_at=self._now)
            store.save(self._connection, self._source, new)
            self._say_later(changed)

    # What is said of people

    def _apply(self, kept: Kept, resource: AnyResource, *, is_new: bool = False, is_renamed: bool = False) -> None:
        """A user is the source's word of one person, at once; a group's that of everybody whom it changed, soon."""
        if kept.kind == GROUP:
            changed = self._set_members(kept.id, cast("Group", resource).members or ())
            everybody = store.members_of(self._connection, self._source, [kept.id]).get(kept.id, [])
            self._say_later({*changed, *(everybody if is_renamed else ())})
            return
        try:
            groups = () if is_new else self._names([kept.id]).get(kept.id, ())
            self._word().say(self._said(kept, groups))
        except UnfitError as wrong:
            raise InvalidValueException(detail=wrong.what) from None

    def _set_members(self, group_id: str, members: Iterable[Member]) -> frozenset[str]:
        wanted = {one.value for one in members if one.value}
        self._refuse_strangers(wanted)
        return store.set_members(self._connection, self._source, group_id, wanted)

    def _refuse_strangers(self, joined: Collection[str], others: int = 0) -> None:
        """Raises InvalidValueException for who is no user of this source, and for more than a group can have."""
        if len(joined) + others > MOST_MEMBERS:
            raise InvalidValueException(detail=f"A group can have at most {MOST_MEMBERS} members")
        if len(store.users_there(self._connection, self._source, joined)) < len(joined):
            raise InvalidValueException(detail="A member is no user of this source")

    def _say_later(self, user_ids: Iterable[str]) -> None:
        """Keep what is said of these people now; it is applied as soon as this transaction is committed."""
        there = store.users_of(self._connection, self._source, user_ids)
        names = self._names([one.id for one in there])
        said = [self._said(one, names.get(one.id, ())) for one in there]
        mark_due(self._connection, self._source, said, self._now)
        self.has_said_later = self.has_said_later or bool(said)

    def _said(self, user: Kept, groups: Iterable[str]) -> SourcePerson:
        """What is said of somebody now. Of more groups than are kept those that `people.yaml` names come first: nobody
        may be in so many that they can't be deactivated.
        """
        named = self._word().source.groups
        kept = sorted(groups, key=lambda one: (one not in named, one))[:MOST_GROUPS]
        return person_of(self._user(user), kept)

    def _names(self, user_ids: Iterable[str]) -> dict[str, list[str]]:
        """The source's names of the groups in which each of these is."""
        found = store.groups_of(self._connection, self._source, user_ids)
        return {user: [_display_name(one) for one in groups] for user, groups in found.items()}

    def _word(self) -> Applying:
        if self._applying is None:
            raise InvalidValueException(detail="Nothing can be changed by this request")
        return self._applying

    # From rows to resources, and back

    def _kept(self, resource_type: ResourceType, resource_id: str, expected_version: str | None = None) -> Kept:
        kept = store.get(self._connection, self._source, resource_type.name or "", resource_id)
        if kept is None:
            raise NotFoundException(detail=f"No {resource_type.name} has this ID")
        if expected_version is not None and expected_version != _version(kept):
            raise PreconditionFailedException
        return kept

    def _written(self, kind: str, resource: AnyResource) -> Kept:
        """What is kept of a resource; who keeps it says under which ID, and since when."""
        dumped = resource.model_copy(update={"id": None, "meta": None, "members": None, "groups": None})
        is_user = kind == USER
        name = cast("User[Any]", resource).user_name if is_user else cast("Group", resource).display_name
        if not (name or "").strip():
            raise InvalidValueException(detail=f"{'userName' if is_user else 'displayName'} is required")
        external_id = resource.external_id or ""
        if len(external_id) > store.scim_resources.c.external_id.type.length:  # type: ignore[attr-defined]
            raise InvalidValueException(detail="externalId is too long")
        body = dumped.model_dump_json(exclude_none=True)
        return Kept("", kind, store.key_of(name or ""), external_id, body, 0, 0, self._now)

    def _resources(self, kept: Sequence[Kept]) -> list[AnyResource]:
        users = [one.id for one in kept if one.kind == USER]
        groups = store.groups_of(self._connection, self._source, users)
        members = store.members_of(self._connection, self._source, [one.id for one in kept if one.kind == GROUP])
        found: list[AnyResource] = []
        for one in kept:
            if one.kind == USER:
                user = self._user(one)
                user.groups = [_user_group(group) for group in groups.get(one.id, ())] or None
                found.append(user)
            else:
                group = Group.model_validate_json(one.body)
                group.members = [_member(user_id) for user_id in members.get(one.id, ())] or None
                found.append(_with_meta(group, one))
        return found

    def _user(self, kept: Kept) -> User[EnterpriseUser | Employment]:
        return cast("User[EnterpriseUser | Employment]", _with_meta(WHOLE_USER.model_validate_json(kept.body), kept))


def _with_meta(resource: AnyResource, kept: Kept) -> AnyResource:
    resource.id = kept.id
    resource.meta = Meta(
        resource_type=kept.kind,
        created=datetime.fromtimestamp(kept.created_at / 1000, UTC),
        last_modified=datetime.fromtimestamp(kept.changed_at / 1000, UTC),
        version=_version(kept),
    )
    return resource


def _version(kept: Kept) -> str:
    return f'W/"{kept.version}"'


def _display_name(kept: Kept) -> str:
    return msgspec.json.decode(kept.body, type=_Named).display_name


class _Named(msgspec.Struct, rename="camel"):
    display_name: str = ""


def _user_group(kept: Kept) -> UserGroup:
    return UserGroup.model_validate({"value": kept.id, "$ref": f"Groups/{kept.id}", "display": _display_name(kept)})


def _member(user_id: str) -> Member:
    return Member.model_validate({"value": user_id, "$ref": f"Users/{user_id}", "type": USER})


def _is_match(resource: AnyResource, search: SearchRequest[Any]) -> bool:
    """Raises InvalidFilterException for what can't be compared."""
    if search.filter is None:
        return True
    try:
        return bool(search.filter.match(resource))
    except (TypeError, ValueError, RecursionError):
        raise InvalidFilterException(detail="This filter compares what can't be compared") from None


def _equality(search: SearchRequest[Any]) -> tuple[str, str]:
    """The attribute that a filter compares with one text, in small letters, and the text; "" where it does not."""
    node = search.filter.ast if search.filter is not None else None
    if not isinstance(node, Comparison) or node.op != CompareOperator.eq or not isinstance(node.value, str):
        return "", ""
    path = str(node.attr_path).casefold()
    return path.rpartition(":")[2] if path.startswith("urn:") else path, node.value


def _sort_key(search: SearchRequest[Any], resource: AnyResource) -> tuple[bool, str]:
    value = search.sort_value(resource)
    return value is None, "" if value is None else str(value)
