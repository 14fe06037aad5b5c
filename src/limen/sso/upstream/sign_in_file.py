"""`sign-in.yaml`: which upstream issuers sign people in, whose accounts they create, and what their word is worth."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from limen.configuration.problem import DECLARE_GROUP, Complaint, Problem, shown, unknown
from limen.configuration.shape import shaped_in_part
from limen.configuration.tree import Tree
from limen.facts import FactStore, Issuer, SamlIssuer
from limen.facts.issuer import STANDARD_RULES, STANDARD_SAML_RULES
from limen.messages import lists
from limen.pillar import Around, FolderFile
from limen.printable import is_printable
from limen.sso.upstream import saml_section
from limen.sso.upstream.addresses import LONGEST_IDENTIFIER, identifier_complaint
from limen.sso.upstream.saml_section import SamlSection
from limen.sso.upstream.strength_rules import Rule, Word, rule_complaint, rules_of

FILE: Final = "sign-in.yaml"
MOST_ISSUERS: Final = 20
ADMINISTRATORS: Final = "administrators"
_ENTITY_ID: Final = re.compile(rf"[!-~]{{1,{LONGEST_IDENTIFIER}}}")
GOOGLE: Final = "https://accounts.google.com"
_DOMAIN: Final = re.compile(r"(?=.{3,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}")


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, use_attribute_docstrings=True)


class _Issuer(_Shape):
    """An issuer that signs people in. `issuers:` in `sign-in.yaml` is a list of these."""

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,39}$")]
    """Its short name, in addresses and in the journal."""
    name: Annotated[str, Field(min_length=1, max_length=60)]
    """What the button on the sign-in page calls it."""
    protocol: Literal["oidc", "saml"] = "oidc"
    """By which protocol it signs people in: OpenID Connect, or SAML 2.0."""
    issuer: str
    """Its issuer identifier, exactly as its discovery document says it; by SAML its entity ID."""
    client_id: Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[!-~]+$")] = ""
    """How Limen is registered there; by SAML it is not said."""
    saml: SamlSection | None = None
    """How it does by SAML."""
    authentication: Literal["secret", "private_key_jwt"] = "secret"
    """`secret`: kept by `limen issuer-secret`. `private_key_jwt`: Limen signs; the issuer reads its keys."""
    domains: Annotated[list[str], Field(max_length=100)] = []
    """The domains of the email addresses of those whom it signs in."""
    accounts: Literal["linked", "created"] = "linked"
    """`linked`: only accounts that were linked sign in. `created`: a first sign-in creates an account."""
    groups: Annotated[list[str], Field(max_length=20)] = []
    """The groups that a created account is in."""
    require: dict[Word, Word] = {}
    """Claims that everybody must bring, such as `hd: harbor.example`; by SAML attributes."""
    strength: Annotated[list[Rule], Field(min_length=1, max_length=20)] | None = None
    """How strong its sign-ins are; what no rule covers is one factor."""


class _File(_Shape):
    issuers: Annotated[list[Any], Field(max_length=MOST_ISSUERS)] = []


@dataclass(frozen=True, slots=True)
class SignInFile:
    """What the file says."""

    issuers: tuple[Issuer, ...] = ()


# Reading


def read(tree: Tree, around: Around) -> tuple[SignInFile | None, list[Problem]]:
    """The issuers, and all that is wrong with them, each with its line."""
    file, problems = shaped_in_part(_File, tree.plain() or {}, tree, FILE, (), {})
    if file is None:
        return None, problems
    issuers: list[Issuer] = []
    for number, entry in enumerate(file.issuers):
        above = ("issuers", number)
        stand_ins = {"id": "stand-in", "name": "Stand-in", "issuer": "https://stand-in.example", "client_id": "x"}
        shape, found = shaped_in_part(_Issuer, entry, tree, FILE, above, stand_ins)
        problems += found
        if shape is not None:
            problems += [
                Problem(FILE, *tree.at(*above, *at), what, fix) for at, what, fix in _complaints(shape, around)
            ]
            issuers.append(_issuer(shape))
    problems += _twice(issuers, tree)
    return (None if problems else SignInFile(tuple(issuers))), problems


def _issuer(shape: _Issuer) -> Issuer:
    is_saml = shape.protocol == "saml"
    return Issuer(
        id=shape.id,
        name=shape.name,
        url=shape.issuer,
        client_id=shape.client_id,
        authentication=shape.authentication,
        domains=tuple(shape.domains),
        creates_accounts=shape.accounts == "created",
        groups=tuple(shape.groups),
        required=tuple(sorted(shape.require.items())),
        rules=rules_of(shape.strength, is_saml=is_saml),
        saml=saml_section.saml_of(shape.saml) if is_saml and shape.saml is not None else None,
    )


def _complaints(shape: _Issuer, around: Around) -> Iterator[Complaint]:
    """Everything about an issuer that its shape does not tell."""
    if not is_printable(shape.name):
        yield ("name",), f"{shown(shape.name)} contains characters that can't be displayed", "remove them"
    yield from _protocol_complaints(shape)
    for place, domain in enumerate(shape.domains):
        if not _DOMAIN.fullmatch(domain):
            yield ("domains", place), f"{shown(domain)} is not a domain", "write it in lowercase, as harbor.example"
    yield from _account_complaints(shape, around)
    for place, rule in enumerate(shape.strength or ()):
        if wrong := rule_complaint(rule, is_saml=shape.protocol == "saml"):
            yield ("strength", place), *wrong


def _protocol_complaints(shape: _Issuer) -> Iterator[Complaint]:
    """What one protocol needs, and another does not have."""
    if shape.protocol == "oidc":
        if wrong := identifier_complaint(shape.issuer):
            yield ("issuer",), *wrong
        if not shape.client_id:
            yield ("client_id",), "nothing says how Limen is registered there", "write the service's `client_id`"
        if shape.saml is not None:
            yield ("saml",), "this is about SAML", "write `protocol: saml`, or remove it"
        return
    if not _ENTITY_ID.fullmatch(shape.issuer):
        yield ("issuer",), f"{shown(shape.issuer)} is not an entity ID", "copy `entityID` from its metadata"
    if shape.client_id:
        yield ("client_id",), "by SAML nobody is registered by a client ID", "remove it"
    if shape.authentication != "secret":
        yield ("authentication",), "by SAML Limen signs always", "remove it"
    if shape.saml is None:
        yield ("protocol",), "nothing says where its metadata are", "add `saml: {metadata: https://…}`"
        return
    for at, what, fix in saml_section.complaints(shape.saml):
        yield ("saml", *at), what, fix
    if shape.accounts == "created" and not shape.saml.email:
        what = "no attribute says which address a new account has"
        yield ("accounts",), what, "name it as `email` in `saml`, if the service lets nobody choose it"


def _account_complaints(shape: _Issuer, around: Around) -> Iterator[Complaint]:
    for place, group in enumerate(shape.groups):
        if around.groups is not None and group not in around.groups:
            yield ("groups", place), *unknown("group", group, around.groups, DECLARE_GROUP)
        if group == ADMINISTRATORS:
            what = "an account that a sign-in creates can't be an administrator's"
            yield ("groups", place), what, "add administrators in the console, by name"
    if shape.accounts == "linked":
        if shape.groups:
            yield ("groups",), "no account is created, so these groups say nothing", "remove them, or create accounts"
        return
    if not shape.domains:
        yield ("accounts",), "anyone whom the issuer knows would get an account", "name your domains"
    if shape.issuer == GOOGLE and "hd" not in shape.require:
        what = "Google signs in anyone, also people who left with their address"
        yield ("accounts",), what, "add `require: {hd: your.domain}`"


def _twice(issuers: list[Issuer], tree: Tree) -> Iterator[Problem]:
    for key in ("id", "url"):
        seen: set[str] = set()
        for number, one in enumerate(issuers):
            word = str(getattr(one, key))
            if word in seen:
                at = tree.at("issuers", number, "issuer" if key == "url" else key)
                yield Problem(FILE, *at, f"{shown(word)} stands here twice", "leave one of them")
            seen.add(word)


def shared_domains(issuers: Iterable[Issuer]) -> Iterator[tuple[str, str]]:
    """What is right and perhaps not meant, with what to do: whose address is of two issuers' domain is sent to the
    first. (One that creates accounts may need the domain beside one that people are sent to.)
    """
    first: dict[str, Issuer] = {}
    for issuer in issuers:
        for domain in dict.fromkeys(issuer.domains):
            if (other := first.setdefault(domain, issuer)) is not issuer:
                what = f"{other.name} and {issuer.name} both have the domain {domain}"
                fix = f"whoever types such an address is sent to {other.name}; leave it with the one that is meant"
                yield what, fix


# What changes with it


def changes(before: SignInFile | None, after: SignInFile | None) -> Iterator[str]:
    """One line for each issuer that is other than before: who signs in by it, and what that is worth."""
    was = {one.id: one for one in before.issuers} if before else {}
    now = {one.id: one for one in after.issuers} if after else {}
    for name, issuer in now.items():
        old = was.get(name)
        if old is None:
            yield f"{issuer.name} ({issuer.url}) signs people in now: {_for_whom(issuer)}; {_worth(issuer)}"
        elif old != issuer:
            yield from _differences(old, issuer)
    for name, issuer in was.items():
        if name not in now:
            yield f"{issuer.name} signs nobody in any more; what was opened by it ends"


def _differences(old: Issuer, new: Issuer) -> Iterator[str]:
    if old.url != new.url:
        yield f"{new.name} is {new.url} now (was {old.url}): nobody is linked to it; what was opened by it ends"
    if _for_whom(old) != _for_whom(new):
        yield f"{new.name} signs in other people now: {_for_whom(new)} (was: {_for_whom(old)})"
    if old.rules != new.rules:
        yield f"What {new.name} proves counts differently from now on: {_worth(new)}"
    same = replace(old, url=new.url, domains=new.domains, creates_accounts=new.creates_accounts, groups=new.groups)
    if old.saml is not None and new.saml is not None and old.saml != new.saml:
        yield from _saml_differences(new, old.saml, new.saml)
    if replace(same, required=new.required, rules=new.rules, saml=new.saml) != new or _protocol(old) != _protocol(new):
        how = new.client_id or "by SAML"
        yield f"{new.name} is called by its new registration ({how})"


def _saml_differences(issuer: Issuer, old: SamlIssuer, new: SamlIssuer) -> Iterator[str]:
    if old.name_format != new.name_format:
        yield f"{issuer.name} calls people by other names now ({new.name_format}): nobody is linked to it by those"
    if old.email != new.email:
        yield f"The address of a new account at {issuer.name} is its attribute {shown(new.email)} now"
    if old.may_encrypt != new.may_encrypt:
        yield f"Assertions of {issuer.name} are read {'encrypted, too' if new.may_encrypt else 'only as they are'} now"
    same = replace(old, name_format=new.name_format, email=new.email, name=new.name, may_encrypt=new.may_encrypt)
    if same != new:
        yield f"{issuer.name} signs by other keys, or at other addresses: {new.metadata_url or new.sign_in_url}"


def _protocol(issuer: Issuer) -> str:
    return "oidc" if issuer.saml is None else "saml"


def _for_whom(issuer: Issuer) -> str:
    needs = [f"{name} {shown(value)}" for name, value in issuer.required]
    who = f"who brings {lists.joined(needs)}, and is linked" if needs else "whoever is linked"
    if not issuer.creates_accounts:
        return who
    groups = lists.joined(issuer.groups) or "no group"
    return f"{who}; others with an address of {lists.joined(issuer.domains)} get an account in {groups}"


def _worth(issuer: Issuer) -> str:
    if issuer.rules in {STANDARD_RULES, STANDARD_SAML_RULES}:
        return "what it proves counts as its standard words say, else as one factor"
    said = [f"strength {rule.strength} by {' '.join((*rule.amr, *rule.acr))}" for rule in issuer.rules]
    return f"{lists.joined(said)}, else one factor"


def in_force(known: FactStore, file: SignInFile | None) -> None:
    known.issuers = {one.id: one for one in file.issuers} if file is not None else {}


SIGN_IN_FILE: Final = FolderFile(
    name=FILE,
    kind=SignInFile,
    read=read,
    changes=changes,
    in_force=in_force,
    notes=lambda file, _today: shared_domains(file.issuers),
)
