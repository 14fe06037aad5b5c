"""`ldap:` of a source in `people.yaml`: where the directory is, whom Limen reads there, and how often."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Final

from pydantic import BaseModel, ConfigDict, Field

from limen.clock import HOUR, MINUTE, Milliseconds
from limen.configuration.lengths import Length, length_of
from limen.configuration.problem import Complaint, shown
from limen.connectors.ldap.filters import LONGEST_FILTER, is_dn, is_filter
from limen.connectors.ldap.written_server import LONGEST_TRUST, is_certificate, server_complaint
from limen.identity.sources.model import Source
from limen.printable import is_printable

if TYPE_CHECKING:
    from limen.connectors.ldap.connection import LdapServer

SHORTEST: Final[Milliseconds] = MINUTE
LONGEST_WHOLE: Final[Milliseconds] = 24 * HOUR
"""Only when all is read it shows who is gone, so that is never put off for longer."""
MOST_GROUPS: Final = 200
_ATTRIBUTE: Final = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,59}")
_Attribute = Annotated[str, Field(min_length=1, max_length=60)]
_Word = Annotated[str, Field(min_length=1, max_length=1_000)]


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, use_attribute_docstrings=True)


class Attributes(_Shape):
    """In which attribute the directory has what; where nothing is written, those that are usual are looked through."""

    email: _Attribute = "mail"
    """People must not be able to change their own: it says who they are."""
    name: _Attribute | None = None
    """Usual: `displayName`, `cn`."""
    user_name: _Attribute = "uid"
    """What `memberUid` of groups holds."""
    language: _Attribute | None = None
    """Usual: `preferredLanguage`."""
    department: _Attribute | None = None
    """Usual: `department`, `departmentNumber`."""
    title: _Attribute | None = None
    """Usual: `title`."""
    employee_number: _Attribute | None = None
    """Usual: `employeeNumber`, `employeeID`."""
    manager: _Attribute | None = None
    """Usual: `manager`. It holds a distinguished name."""
    first_day: _Attribute | None = None
    """There is no usual one. It holds a date, `2026-12-01`, or a time."""
    last_day: _Attribute | None = None
    """Usual: `accountExpires` (Active Directory), `shadowExpire`."""


class LdapSection(_Shape):
    """How a source of the kind `ldap` is asked."""

    url: Annotated[str, Field(min_length=1, max_length=200)]
    """ldaps://directory.your.domain; with ldap:// TLS is begun before anything is said (StartTLS)."""
    bind_as: Annotated[str, Field(min_length=1, max_length=250)]
    """Who Limen is there: a distinguished name; in Active Directory also `limen@your.domain`."""
    people: Annotated[list[_Word], Field(min_length=1, max_length=20)]
    """The distinguished names below which people are."""
    filter: Annotated[str, Field(min_length=1, max_length=LONGEST_FILTER)] | None = None
    """Only those of whom this holds, such as `(employeeType=staff)`; nothing: every person."""
    attributes: Attributes = Attributes()
    """In which attribute the directory has what."""
    every: Length = "5m"
    """How often it is asked what changed."""
    whole: Length = "1h"
    """How often all is read, and so who is gone."""
    trust: Annotated[str, Field(min_length=1, max_length=LONGEST_TRUST)] | None = None
    """The certificate of your own authority, as PEM, where no public one signed the directory's."""

    def complaints(self) -> Iterator[Complaint]:
        """Everything that the shape does not tell."""
        if (wrong := server_complaint(self.url)) is not None:
            yield ("url",), *wrong
        if not is_printable(self.bind_as):
            yield ("bind_as",), f"{shown(self.bind_as)} can't be displayed", "copy it from the directory"
        for place, base in enumerate(self.people):
            if not is_dn(base):
                yield ("people", place), f"{shown(base)} is no distinguished name", "write it as ou=people,dc=harbor"
        if self.filter is not None and not is_filter(self.filter):
            fix = "write one filter in parentheses, as (&(department=Sales)(employeeType=staff))"
            yield ("filter",), f"{shown(self.filter)} is not one whole filter", fix
        for name in Attributes.model_fields:
            text = getattr(self.attributes, name)
            if text is not None and not _ATTRIBUTE.fullmatch(text):
                yield ("attributes", name), f"{shown(text)} is not an attribute", "write its name, as mail"
        if length_of(self.every) < SHORTEST:
            yield ("every",), "a directory is asked once a minute at most", "write 1m or more"
        if not length_of(self.every) <= length_of(self.whole) <= LONGEST_WHOLE:
            yield ("whole",), "all is read at least daily, and no more often than it is asked", "write 1h"
        if self.trust is not None and not is_certificate(self.trust):
            fix = "paste the authority's certificate: -----BEGIN CERTIFICATE-----"
            yield ("trust",), "this is no certificate", fix


@dataclass(frozen=True, slots=True)
class LdapSettings:
    """How one source is asked. `attributes` names what each is looked for in, the first that holds something."""

    url: str
    bind_as: str
    trust: str
    bases: tuple[str, ...]
    query: str
    groups: tuple[str, ...]
    user_name: str
    attributes: dict[str, tuple[str, ...]]
    every_ms: Milliseconds
    whole_ms: Milliseconds

    @property
    def place(self) -> str:
        """What the secret is stored for: where it is another, the secret has to be given anew."""
        return f"ldap {self.url} {self.bind_as}"

    def server(self, secret: str) -> LdapServer:
        from limen.connectors.ldap.connection import LdapServer  # noqa: PLC0415 -- files are read without it

        return LdapServer(self.url, self.bind_as, secret, self.trust)


_USUAL: Final = {
    "email": ("mail",),
    "name": ("displayName", "cn"),
    "language": ("preferredLanguage",),
    "department": ("department", "departmentNumber"),
    "title": ("title",),
    "employee_number": ("employeeNumber", "employeeID"),
    "manager": ("manager",),
    "first_day": (),
    "last_day": ("accountExpires", "shadowExpire"),
}


def settings_of(source: Source) -> LdapSettings:
    """What `people.yaml` says of how a source of this kind is asked."""
    section = LdapSection.model_validate(dict(source.settings))
    written = section.attributes.model_dump(exclude_none=True)
    return LdapSettings(
        url=section.url.rstrip("/"),
        bind_as=section.bind_as,
        trust=(section.trust or "").strip(),
        bases=tuple(section.people),
        query=section.filter or "",
        groups=tuple(source.groups),
        user_name=section.attributes.user_name,
        attributes={name: (written[name],) if name in written else usual for name, usual in _USUAL.items()},
        every_ms=length_of(section.every),
        whole_ms=length_of(section.whole),
    )
