"""The resources that a source may keep here, and what of the protocol is spoken. What nothing uses is not declared.

Importing this takes long (pydantic builds every model), so it is imported with the first request.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, Field, model_validator
from scim2_models import (
    AuthenticationScheme,
    Bulk,
    CaseExact,
    ChangePassword,
    ComplexAttribute,
    ETag,
    Extension,
    Filter,
    Mutability,
    Patch,
    Reference,
    Required,
    Resource,
    ResourceType,
    ScimPolicy,
    ScimProvider,
    ServiceProviderConfig,
    Sort,
    Uniqueness,
)
from scim2_models.resources.resource import AnyExtension
from scim2_models.urn import URN

from limen.identity.sources.scim.bounds import MOST_BYTES, MOST_OPERATIONS, MOST_RESULTS

_Text = Annotated[str, Field(max_length=250)]


def _from_a_day(value: object) -> object:
    """A day alone is its midnight. Raises ValueError for what is neither a day nor a time of RFC 3339."""
    if isinstance(value, str) and not re.fullmatch(r"\d{4}-\d\d-\d\d(T[0-9:.]{5,20}(Z|[+-]\d\d:\d\d)?)?", value):
        raise ValueError("a date, or a time of RFC 3339")
    if isinstance(value, str) and len(value) == len("2026-12-01"):
        return f"{value}T00:00:00Z"
    if not isinstance(value, str | datetime | None):
        raise ValueError("a date, or a time of RFC 3339")  # noqa: TRY004 -- pydantic takes ValueError alone
    return value


class Name(ComplexAttribute):
    formatted: _Text | None = None
    """The whole name, as it is shown."""
    family_name: _Text | None = None
    given_name: _Text | None = None


class Email(ComplexAttribute):
    value: _Text | None = None
    type: _Text | None = None
    """Such as `work`."""
    primary: bool | None = None
    """Whether it is the one that counts."""


class UserGroup(ComplexAttribute):
    value: Annotated[str | None, Mutability.read_only, CaseExact.true] = None
    """The group's ID."""
    ref: Annotated[Reference[Group] | None, Mutability.read_only] = Field(
        None, serialization_alias="$ref", validation_alias="$ref"
    )
    display: Annotated[str | None, Mutability.read_only] = None


class User(Resource[AnyExtension]):
    __schema__ = URN("urn:ietf:params:scim:schemas:core:2.0:User")

    user_name: Annotated[_Text | None, Uniqueness.server, Required.true] = None
    """What the source calls them; their address where they have no other."""
    name: Name | None = None
    display_name: _Text | None = None
    title: _Text | None = None
    preferred_language: _Text | None = None
    active: bool | None = None
    """Whether they have access; unless it is said, they have."""
    emails: Annotated[list[Email] | None, Field(max_length=20)] = None
    groups: Annotated[list[UserGroup] | None, Mutability.read_only] = None


class Manager(ComplexAttribute):
    value: Annotated[_Text | None, CaseExact.true] = None
    """The manager's ID here."""
    display_name: Annotated[str | None, Mutability.read_only] = None

    @model_validator(mode="before")
    @classmethod
    def _from_id(cls, value: Any) -> Any:
        """Entra ID says the bare ID."""
        return {"value": value} if isinstance(value, str) else value


class EnterpriseUser(Extension):
    __schema__ = URN("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User")

    employee_number: _Text | None = None
    department: _Text | None = None
    manager: Manager | None = None


class Member(ComplexAttribute):
    value: Annotated[_Text | None, Mutability.immutable, CaseExact.true] = None
    """The ID of a user of this source."""
    ref: Annotated[Reference[User] | None, Mutability.immutable] = Field(  # type: ignore[type-arg]
        None, serialization_alias="$ref", validation_alias="$ref"
    )
    type: Annotated[_Text | None, Mutability.immutable] = Field(None, examples=["User"])


class Group(Resource[Any]):
    __schema__ = URN("urn:ietf:params:scim:schemas:core:2.0:Group")

    display_name: Annotated[_Text | None, Required.true] = None
    """What `people.yaml` calls it."""
    members: list[Member] | None = None


class Employment(Extension):
    """What no schema of the standard says: from when on, and until when, somebody has access."""

    __schema__ = URN("urn:limen:params:scim:schemas:extension:employment:2.0:User")

    first_day: Annotated[datetime | None, BeforeValidator(_from_a_day)] = None
    """`2026-12-01`; of a time, as Entra ID writes `employeeHireDate`, the day that is written counts."""
    last_day: Annotated[datetime | None, BeforeValidator(_from_a_day)] = None


WHOLE_USER: Final = User[EnterpriseUser | Employment]
"""A user with the enterprise extension (RFC 7643 section 4.3)."""
POLICY: Final = ScimPolicy(
    unknown=ScimPolicy.Unknown.ignore,
    remove_value_as_filter=ScimPolicy.RemoveValue.apply,
    unmatched_path_filter=ScimPolicy.UnmatchedPathFilter.create,
)
"""What Entra ID and Okta do beside the standard: attributes that are not kept here, members to remove in the value, and
an address to replace that was not there.
"""
CONFIG: Final = ServiceProviderConfig(
    patch=Patch(supported=True),
    bulk=Bulk(supported=True, max_operations=MOST_OPERATIONS, max_payload_size=MOST_BYTES),
    filter=Filter(supported=True, max_results=MOST_RESULTS),
    change_password=ChangePassword(supported=False),
    sort=Sort(supported=True),
    etag=ETag(supported=True),
    authentication_schemes=[
        AuthenticationScheme(
            type=AuthenticationScheme.Type.oauthbearertoken,
            name="Bearer token",
            description="A token of the source, made by `limen people-source token`",
            primary=True,
        )
    ],
)
PROVIDER: Final = ScimProvider(
    models=[User, EnterpriseUser, Employment, Group],
    resource_types=[ResourceType.from_resource(WHOLE_USER), ResourceType.from_resource(Group)],
    config=CONFIG,
    policy=POLICY,
)
