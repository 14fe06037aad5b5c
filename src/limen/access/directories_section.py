"""`directories:` in `access.yaml`: the directories and clouds in whose groups people are while a grant lasts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from limen.access.section_shapes import ADDRESS
from limen.configuration.differing import differing
from limen.configuration.named_sources import read_named
from limen.configuration.problem import Complaint, Problem, shown
from limen.configuration.tree import Tree
from limen.connectors.ldap.written_server import LONGEST_TRUST, is_certificate, server_complaint
from limen.facts.directory import Directory, DirectoryKind
from limen.printable import is_printable

SECTION: Final = "directories"
_NEEDS: Final[Mapping[DirectoryKind, tuple[str, ...]]] = {
    DirectoryKind.LDAP: ("url", "client", "base"),
    DirectoryKind.ENTRA: ("tenant", "client"),
    DirectoryKind.GOOGLE: ("client",),
    DirectoryKind.AWS: ("region", "tenant", "client"),
}
_MAY: Final[Mapping[DirectoryKind, tuple[str, ...]]] = {DirectoryKind.LDAP: ("match", "member", "trust")}
_PARTS: Final = ("url", "region", "tenant", "client", "base", "match", "member", "trust")
_GUID: Final = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_ATTRIBUTE: Final = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,59}")
_REGION: Final = re.compile(r"[a-z]{2}(-[a-z]+)+-\d{1,2}")
_STORE: Final = re.compile(r"d-[0-9a-f]{10}")

Word = Annotated[str, Field(min_length=1, max_length=300)]


class _Directory(BaseModel):
    """One directory. `directories:` in `access.yaml` has one of these for each, by a name of your own."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, use_attribute_docstrings=True)

    kind: Literal["ldap", "entra", "google", "aws"]
    """`ldap` (also Active Directory), `entra` (Microsoft), `google` (Workspace) or `aws` (IAM Identity Center)."""
    url: Word | None = None
    """`ldap`: ldaps://directory.your.domain; with ldap:// TLS is begun before anything is said (StartTLS)."""
    region: Word | None = None
    """`aws`: the region of the identity store, such as eu-central-1."""
    tenant: Word | None = None
    """`entra`: the directory (tenant) ID. `aws`: the identity store's ID, d-…"""
    client: Word | None = None
    """Who Limen is there. `ldap`: a distinguished name; `entra`: a client ID; `google`: the address of the
    administrator for whom the service account acts; `aws`: an access key ID."""
    base: Word | None = None
    """`ldap`: the distinguished name below which people's accounts are."""
    match: Word | None = None
    """`ldap`: the attribute that holds a person's email address. People must not be able to change their own."""
    member: Literal["member", "uniqueMember", "memberUid"] | None = None
    """`ldap`: the attribute in which groups hold their members."""
    trust: Annotated[str, Field(min_length=1, max_length=LONGEST_TRUST)] | None = None
    """`ldap`: the certificate of your own authority, as PEM, where no public one signed the directory's."""


def read(written: Mapping[str, Any], tree: Tree, file: str) -> tuple[dict[str, Directory], list[Problem]]:
    """The directories, by their names, and all that is wrong with them."""
    shapes, problems = read_named(_Directory, SECTION, written, tree, file, _complaints)
    return {name: _directory(shape) for name, shape in shapes.items()}, problems


def changes(was: Mapping[str, Directory], now: Mapping[str, Directory]) -> Iterator[str]:
    """One line for each directory that is other than before."""
    for name, old, new in differing(was, now):
        if new is None:
            yield f"Limen no longer puts anybody into groups of {name}, nor takes them out"
        elif old is None:
            yield f"Limen puts people into groups of {name} ({new.kind.value}) while a grant lasts"
        elif old.place != new.place:
            yield f"{name} ({new.kind.value}) is elsewhere: its secret has to be stored again"
        else:
            yield f"{name} ({new.kind.value}) is asked differently"


def _directory(shape: _Directory) -> Directory:
    kind = DirectoryKind(shape.kind)
    url = f"https://identitystore.{shape.region}.amazonaws.com" if kind is DirectoryKind.AWS else shape.url or ""
    return Directory(
        kind=kind,
        url=url.rstrip("/"),
        tenant=shape.tenant or "",
        client=shape.client or "",
        base=shape.base or "",
        match=shape.match or "mail",
        member=shape.member or "member",
        trust=(shape.trust or "").strip(),
    )


def _complaints(shape: _Directory) -> Iterator[Complaint]:
    kind = DirectoryKind(shape.kind)
    for part in _PARTS:
        is_there = getattr(shape, part) is not None
        if is_there and part not in (*_NEEDS[kind], *_MAY.get(kind, ())):
            yield (part,), f"a directory of the kind {kind} has no `{part}`", "remove it"
        elif not is_there and part in _NEEDS[kind]:
            yield (), f"a directory of the kind {kind} needs `{part}`", f"add `{part}: …`"
    for part in ("client", "base"):
        if (text := getattr(shape, part)) is not None and not is_printable(text):
            yield (part,), f"{shown(text)} contains characters that can't be displayed", "copy it from the directory"
    if shape.url is not None and kind is DirectoryKind.LDAP and (wrong := server_complaint(shape.url)) is not None:
        yield ("url",), *wrong
    for part, of, pattern, fix in (
        ("match", DirectoryKind.LDAP, _ATTRIBUTE, "write the attribute's name: mail"),
        ("tenant", DirectoryKind.ENTRA, _GUID, "copy it from the app registration's overview"),
        ("client", DirectoryKind.ENTRA, _GUID, "copy it from the app registration's overview"),
        ("client", DirectoryKind.GOOGLE, ADDRESS, "write the administrator's address whole"),
        ("region", DirectoryKind.AWS, _REGION, "write it as eu-central-1"),
        ("tenant", DirectoryKind.AWS, _STORE, "copy it from the settings of IAM Identity Center: d-…"),
    ):
        text = getattr(shape, part)
        if kind is of and text is not None and not pattern.fullmatch(text):
            yield (part,), f"{shown(text)} can't be the `{part}` of this directory", fix
    if shape.trust is not None and not is_certificate(shape.trust):
        yield ("trust",), "this is no certificate", "paste the authority's certificate: -----BEGIN CERTIFICATE-----"
