"""`people.yaml`: where people come from, what each source owns of them, and how much it may lose before it is asked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from limen.configuration.differing import differing
from limen.configuration.problem import DECLARE_GROUP, Complaint, Problem, shown, unknown
from limen.configuration.shape import shaped_in_part
from limen.configuration.tree import Tree
from limen.connectors.ldap.filters import is_dn
from limen.facts import FactStore
from limen.identity.sources.ldap.ldap_settings import MOST_GROUPS as MOST_LDAP_GROUPS, LdapSection
from limen.identity.sources.model import OWNED_UNLESS_SAID, Owned, PeopleSources, Source, SourceKind
from limen.messages import lists
from limen.pillar import Around, FolderFile
from limen.policy.roles import ROLES
from limen.printable import is_printable

PEOPLE: Final = "people.yaml"
MOST_SOURCES: Final = 20
_DOMAIN: Final = re.compile(r"(?=.{3,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}")
CHANGEABLE: Final = frozenset(
    {
        "email",
        "mail",
        "emails",
        "verified_primary_email",
        "preferred_username",
        "upn",
        "unique_name",
        "name",
        "nickname",
    }
    | {"given_name", "family_name", "phone_number", "username", "login", "displayname", "userprincipalname"}
    | {"emailaddress", "givenname", "surname", "cn", "sn", "edupersonprincipalname", "eppn"}
    | {"0.9.2342.19200300.100.1.3", "1.3.6.1.4.1.5923.1.1.1.6", "2.16.840.1.113730.3.1.241"}
    | {"2.5.4.3", "2.5.4.4", "2.5.4.42", "2.5.4.20"}
)
"""Claims by which nobody is told from others for good (OpenID Connect Core section 5.7). By SAML they are the last part
of a URI, or an OID: mail, eduPersonPrincipalName, displayName, cn, sn, givenName and telephoneNumber.
"""
INITIAL: Final = """\
# Where people come from: a directory or HR system that creates, changes and disables them here, so that nobody has to.
# Without a source you invite people yourself, or import lists with `limen import people`.
sources: []
#  - id: entra
#    kind: scim                 # scim: it tells Limen (Entra ID, Okta, Google) · ldap: Limen asks it
#    title: Entra ID
#    owns: [name, email, groups, active]   # also language, first_day, last_day. What it owns is changed there, not here
#    groups:                    # its names of groups, and in which groups of limen.toml their members are
#      Sales Team: sales
#      Everyone: [staff]
#    everyone: [staff]          # everybody it names is in these
#    domains: [harbor.example]  # records with addresses of other domains wait for an administrator
#    adopts: [harbor.example]   # it may take over people who are here already, by their address in these domains
#    may_lose: {share: 10, people: 5}      # it stops and asks before it takes access from more in a day: percent, but
#                               # so many people at least
#    invite: false              # true: whoever is new gets an invitation by mail
#    administrators: false      # true: it also decides who is in groups that give a role in Limen
#    sign_in: {issuer: entra, claim: oid}  # its people sign in with the issuer `entra` of sign-in.yaml, whose claim
#                               # `oid` is this source's ID of them: the first sign-in there links itself
#    ldap:                      # kind ldap alone; groups are distinguished names then: "cn=sales,ou=groups,dc=…": sales
#      url: ldaps://dc1.harbor.example
#      bind_as: limen@harbor.example       # or a distinguished name; `limen people-source connect` stores the password
#      people: ["ou=people,dc=harbor,dc=example"]
# `limen people-source token entra` creates its token; tokens and passwords never stand here. Where two sources own the
# same of one person, the first one decides.
"""


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, use_attribute_docstrings=True)


class _MayLose(_Shape):
    share: Annotated[int, Field(ge=1, le=100)] = 10
    """Percent of the people that are linked to it."""
    people: Annotated[int, Field(ge=0, le=10_000)] = 5
    """So many at least, however few there are."""


_Groups = dict[Annotated[str, Field(min_length=1, max_length=250)], str | list[str]]
_Words = Annotated[list[str], Field(max_length=100)]


class _SignIn(_Shape):
    """The upstream issuer that is one system with a source."""

    issuer: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,39}$")]
    """How `sign-in.yaml` calls it."""
    claim: Annotated[str, Field(min_length=1, max_length=200)] = "sub"
    """What the issuer calls the source's ID of somebody: by SCIM `externalId`, by LDAP `objectGUID` or `entryUUID`."""


class _Source(_Shape):
    """A source of people. `sources:` in `people.yaml` is a list of these."""

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,39}$")]
    """Its short name, in commands and in the journal."""
    kind: Literal["scim", "ldap"]
    """How it comes: `scim` tells Limen, `ldap` is asked."""
    title: Annotated[str, Field(min_length=1, max_length=60)] = ""
    """What pages call it; its `id` unless said otherwise."""
    owns: list[Literal["name", "email", "language", "groups", "active", "first_day", "last_day"]] | None = None
    """What it decides about the people it names."""
    groups: Annotated[_Groups, Field(max_length=2000)] = {}
    """Its names of groups, each with the groups of `limen.toml` that its members are in."""
    departments: Annotated[_Groups, Field(max_length=500)] = {}
    """The same by department."""
    everyone: _Words = []
    """The groups that everybody it names is in."""
    domains: _Words = []
    """The mail domains for which it speaks; none: any."""
    adopts: _Words = []
    """The mail domains of people who are here already and whom it may take over."""
    may_lose: _MayLose = _MayLose()
    """From how many it may take access in a day before it stops and asks."""
    invite: bool = False
    """Whether whoever is new gets an invitation by mail."""
    administrators: bool = False
    """Whether it also decides who is in groups that give a role in Limen."""
    sign_in: _SignIn | None = None
    """The upstream issuer that is one system with it: the first sign-in of its people there links itself."""
    ldap: LdapSection | None = None
    """With the kind `ldap`: where the directory is, and how it is asked. Its groups are distinguished names."""


class _File(_Shape):
    sources: Annotated[list[Any] | None, Field(max_length=MOST_SOURCES)] = []


def is_changeable(claim: str) -> bool:
    """Whether this claim, or attribute of SAML, may be changed there, or given to somebody else."""
    return re.split(r"[/:]", claim.strip().lower())[-1] in CHANGEABLE


def read(tree: Tree, around: Around) -> tuple[PeopleSources | None, list[Problem]]:
    """The sources, and all that is wrong with them, each with its line."""
    file, problems = shaped_in_part(_File, tree.plain() or {}, tree, PEOPLE, (), {})
    if file is None:
        return None, problems
    sources: list[Source] = []
    for number, entry in enumerate(file.sources or ()):
        above = ("sources", number)
        shape, found = shaped_in_part(_Source, entry, tree, PEOPLE, above, {"id": "stand-in", "kind": "scim"})
        problems += found
        if shape is not None:
            wrong = list(_complaints(shape, around))
            problems += [Problem(PEOPLE, *tree.at(*above, *at), what, fix) for at, what, fix in wrong]
            problems += _twice(shape.id, sources, tree.at(*above, "id"))
            sources.append(_source(shape))
    return (None if problems else PeopleSources(tuple(sources))), problems


def _source(shape: _Source) -> Source:
    return Source(
        id=shape.id,
        kind=SourceKind(shape.kind),
        title=shape.title or shape.id,
        owns=OWNED_UNLESS_SAID if shape.owns is None else frozenset(map(Owned, shape.owns)),
        groups={name: _several(groups) for name, groups in shape.groups.items()},
        departments={name: _several(groups) for name, groups in shape.departments.items()},
        everyone=frozenset(shape.everyone),
        domains=tuple(shape.domains),
        adopts=tuple(shape.adopts),
        share=shape.may_lose.share,
        people=shape.may_lose.people,
        administrators=shape.administrators,
        invites=shape.invite,
        issuer=shape.sign_in.issuer if shape.sign_in is not None else "",
        claim=shape.sign_in.claim if shape.sign_in is not None else "",
        settings={} if shape.ldap is None else shape.ldap.model_dump(exclude_defaults=True),
    )


def _several(groups: str | list[str]) -> frozenset[str]:
    return frozenset([groups] if isinstance(groups, str) else groups)


def _complaints(shape: _Source, around: Around) -> Iterator[Complaint]:
    """Everything about a source that its shape does not tell."""
    if not is_printable(shape.title):
        yield ("title",), f"{shown(shape.title)} contains characters that can't be displayed", "remove them"
    for at, group in _named_groups(shape):
        if around.groups is not None and group not in around.groups:
            yield at, *unknown("group", group, around.groups, DECLARE_GROUP)
        elif group in ROLES and not shape.administrators:
            what = f"{group} gives a role in Limen, and this source doesn't decide about those"
            yield at, what, "add people there by hand, or write `administrators: true`"
    for key, domains in (("domains", shape.domains), ("adopts", shape.adopts)):
        for place, domain in enumerate(domains):
            if not _DOMAIN.fullmatch(domain):
                yield (key, place), f"{shown(domain)} is not a domain", "write it in lowercase, as harbor.example"
            elif key == "adopts" and shape.domains and domain not in shape.domains:
                yield (key, place), f"it doesn't speak for {domain}", "add it to `domains`"
    if shape.sign_in is not None and is_changeable(shape.sign_in.claim):
        what = f"{shown(shape.sign_in.claim)} may be changed there, or given to somebody else"
        yield ("sign_in", "claim"), what, "name one that never is: `sub`, or `oid` of Entra ID"
    names_groups = shape.groups or shape.departments or shape.everyone
    if names_groups and shape.owns is not None and "groups" not in shape.owns:
        yield ("owns",), "it names groups and doesn't own them", "add `groups`, or name none"
    yield from _ldap_complaints(shape)


def _ldap_complaints(shape: _Source) -> Iterator[Complaint]:
    if shape.kind != "ldap":
        if shape.ldap is not None:
            yield ("ldap",), f"a source of the kind {shape.kind} is not asked", "remove it, or write `kind: ldap`"
        return
    if shape.ldap is None:
        yield (), "a source of the kind ldap needs `ldap`", "say where it is: `ldap: {url: …, bind_as: …, people: […]}`"
        return
    yield from ((("ldap", *at), what, fix) for at, what, fix in shape.ldap.complaints())
    if len(shape.groups) > MOST_LDAP_GROUPS:
        yield ("groups",), f"a directory is asked for {MOST_LDAP_GROUPS} groups at most", "name fewer"
    for group in shape.groups:
        if not is_dn(group):
            fix = 'write the group\'s distinguished name: "cn=sales,ou=groups,dc=harbor,dc=example": sales'
            yield ("groups", group), f"{shown(group)} is no distinguished name", fix


def _named_groups(shape: _Source) -> Iterator[tuple[tuple[str | int, ...], str]]:
    for key, mapping in (("groups", shape.groups), ("departments", shape.departments)):
        for name, groups in mapping.items():
            if isinstance(groups, str):
                yield (key, name), groups
            else:
                yield from (((key, name, place), group) for place, group in enumerate(groups))
    yield from ((("everyone", place), group) for place, group in enumerate(shape.everyone))


def _twice(source_id: str, before: Iterable[Source], at: tuple[int, int]) -> Iterator[Problem]:
    if any(one.id == source_id for one in before):
        yield Problem(PEOPLE, *at, f"{shown(source_id)} stands here twice", "leave one of them")


# What changes with it


def changes(before: PeopleSources | None, after: PeopleSources | None) -> Iterator[str]:
    """One line for each source that is other than before, and what that means."""
    was, now = (one.by_id() if one is not None else {} for one in (before, after))
    for _, old, new in differing(was, now):
        if new is None and old is not None:
            yield f"Nobody comes from {old.title} any more; its people stay as they are"
        elif new is not None and old is None:
            yield f"People come from {new.title} ({new.kind}) now; it owns {_owned(new)}{_may(new)}"
        elif new is not None:
            yield f"{new.title} is read by other rules: it owns {_owned(new)}{_may(new)}"
    order = [one for one in was if one in now]
    if order != [one for one in now if one in was]:
        yield f"Where several sources know somebody, they decide in another order: {lists.joined(list(now))}"


def _owned(source: Source) -> str:
    return lists.joined(sorted(one.replace("_", " ") for one in source.owns)) or "nothing"


def _may(source: Source) -> str:
    said = []
    if source.given_groups:
        said.append(f"puts people into {lists.joined(sorted(source.given_groups))}")
    if source.adopts:
        said.append(f"may take over people with an address of {lists.joined(source.adopts)}")
    if source.administrators:
        said.append("decides who has a role in Limen")
    if source.issuer:
        said.append(f"links its people to their accounts at {source.issuer}, told by {source.claim}")
    said.append(f"stops before more than {source.share} % lose access in a day")
    return "; it " + "; it ".join(said)


def in_force(known: FactStore, file: PeopleSources | None) -> None:
    known.set_rules(PeopleSources, file or PeopleSources())


PEOPLE_FILE: Final = FolderFile(
    name=PEOPLE, kind=PeopleSources, read=read, changes=changes, in_force=in_force, initial=INITIAL
)
