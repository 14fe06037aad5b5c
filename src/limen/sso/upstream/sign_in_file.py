"""`sign-in.yaml`: which upstream issuers sign people in, whose accounts they create, and what their word is worth."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Annotated, Any, Final, Literal
from urllib.parse import SplitResult, urlsplit

from pydantic import BaseModel, ConfigDict, Field

from limen.configuration.problem import DECLARE_GROUP, Complaint, Problem, shown, unknown
from limen.configuration.shape import shaped_in_part
from limen.configuration.tree import Tree
from limen.facts import FactStore, Issuer, StrengthRule
from limen.facts.issuer import BY_PHONE, STANDARD_RULES
from limen.messages import lists
from limen.pillar import Around, FolderFile
from limen.printable import is_printable
from limen.ssrf_guard import is_forbidden

FILE: Final = "sign-in.yaml"
MOST_ISSUERS: Final = 20
ADMINISTRATORS: Final = "administrators"
GOOGLE: Final = "https://accounts.google.com"
_URL: Final = re.compile(r"https?://[!-~]{1,240}")
_DOMAIN: Final = re.compile(r"(?=.{3,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}")
_ANY_TENANT: Final = frozenset({"common", "organizations", "consumers"})
_ONE_FACTOR: Final = frozenset(
    {"pwd", "otp", "kba", "geo", "wia", "face", "fpt", "iris", "retina", "vbm", "pin", "user"}
)
"""Methods of RFC 8176 of which each proves one factor at most."""
_KNOWN: Final = frozenset({"pwd", "kba", "pin"})
_HELD: Final = frozenset({"otp"})

Word = Annotated[str, Field(min_length=1, max_length=100)]


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, use_attribute_docstrings=True)


class _Rule(_Shape):
    """How strong a sign-in is by which the issuer says this."""

    is_: Annotated[int, Field(ge=1, le=3, alias="is")]
    """1: one factor. 2: two distinct factors. 3: phishing-resistant multi-factor."""
    amr: Annotated[list[Word], Field(max_length=10)] = []
    """Methods that were all used (`amr`, RFC 8176)."""
    acr: Annotated[list[Word], Field(max_length=10)] = []
    """Contexts of which one was kept to (`acr`)."""


class _Issuer(_Shape):
    """An issuer that signs people in. `issuers:` in `sign-in.yaml` is a list of these."""

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,39}$")]
    """Its short name, in addresses and in the journal."""
    name: Annotated[str, Field(min_length=1, max_length=60)]
    """What the button on the sign-in page calls it."""
    issuer: str
    """Its issuer identifier, exactly as its discovery document says it."""
    client_id: Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[!-~]+$")]
    """How Limen is registered there."""
    authentication: Literal["secret", "private_key_jwt"] = "secret"
    """`secret`: kept by `limen issuer-secret`. `private_key_jwt`: Limen signs; the issuer reads its keys."""
    domains: Annotated[list[str], Field(max_length=100)] = []
    """The domains of the email addresses of those whom it signs in."""
    accounts: Literal["linked", "created"] = "linked"
    """`linked`: only accounts that were linked sign in. `created`: a first sign-in creates an account."""
    groups: Annotated[list[str], Field(max_length=20)] = []
    """The groups that a created account is in."""
    require: dict[Word, Word] = {}
    """Claims that everybody must bring, such as `hd: harbor.example`."""
    strength: Annotated[list[_Rule], Field(min_length=1, max_length=20)] | None = None
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
    rules: tuple[StrengthRule, ...] = STANDARD_RULES
    if shape.strength is not None:
        rules = tuple(StrengthRule(one.is_, tuple(one.amr), tuple(one.acr)) for one in shape.strength)
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
        rules=rules,
    )


def _complaints(shape: _Issuer, around: Around) -> Iterator[Complaint]:
    """Everything about an issuer that its shape does not tell."""
    if not is_printable(shape.name):
        yield ("name",), f"{shown(shape.name)} contains characters that can't be displayed", "remove them"
    if wrong := _url_complaint(shape.issuer):
        yield ("issuer",), *wrong
    for place, domain in enumerate(shape.domains):
        if not _DOMAIN.fullmatch(domain):
            yield ("domains", place), f"{shown(domain)} is not a domain", "write it in lowercase, as harbor.example"
    yield from _account_complaints(shape, around)
    for place, rule in enumerate(shape.strength or ()):
        if wrong := _rule_complaint(rule):
            yield ("strength", place), *wrong


def _url_complaint(url: str) -> tuple[str, str] | None:
    """What is wrong with an issuer identifier (OpenID Connect Discovery section 3), or with calling it."""
    parts = _parts(url)
    if parts is None or not parts.hostname or "@" in parts.netloc or parts.query or parts.fragment or "{" in url:
        return f"{shown(url)} is not an issuer", "write what its discovery document says as `issuer`"
    if is_forbidden(parts.hostname):
        return f"{shown(url)} is not an address that Limen connects to", "enter the issuer's own address"
    if parts.scheme != "https" and not _is_loopback(parts.hostname):
        return f"{shown(url)} could be read and changed in transit", "use https"
    if parts.hostname == "login.microsoftonline.com" and _ANY_TENANT & set(parts.path.split("/")):
        return f"{shown(url)} signs in people of every organization", "write your tenant's id in its place"
    return None


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


def _rule_complaint(rule: _Rule) -> tuple[str, str] | None:
    """What is wrong with a rule that would be wider than what its words prove."""
    methods = frozenset(rule.amr)
    if not rule.amr and not rule.acr:
        return "this rule covers every sign-in, whatever the issuer proves", "name `amr` or `acr`"
    if rule.acr or rule.is_ == 1:
        return None
    if methods & BY_PHONE:
        return "a text message or a call is no second factor: numbers get taken over", "remove the rule"
    proved = 2 if "mfa" in methods or (methods & _KNOWN and methods & _HELD) else 1
    if methods <= _ONE_FACTOR | {"mfa"} and rule.is_ > proved:
        return f"{lists.joined(rule.amr)} proves strength {proved} at most", f"write `is: {proved}`"
    return None


def _twice(issuers: list[Issuer], tree: Tree) -> Iterator[Problem]:
    for key in ("id", "url"):
        seen: set[str] = set()
        for number, one in enumerate(issuers):
            word = str(getattr(one, key))
            if word in seen:
                at = tree.at("issuers", number, "issuer" if key == "url" else key)
                yield Problem(FILE, *at, f"{shown(word)} stands here twice", "leave one of them")
            seen.add(word)


def _parts(url: str) -> SplitResult | None:
    if not _URL.fullmatch(url):
        return None
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return None
    return parts


def _is_loopback(host: str) -> bool:
    return host in {"127.0.0.1", "::1", "localhost"} or host.endswith(".localhost")


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
    if replace(same, required=new.required, rules=new.rules) != new:
        yield f"{new.name} is called by its new registration ({new.client_id})"


def _for_whom(issuer: Issuer) -> str:
    needs = [f"{name} {shown(value)}" for name, value in issuer.required]
    who = f"who brings {lists.joined(needs)}, and is linked" if needs else "whoever is linked"
    if not issuer.creates_accounts:
        return who
    groups = lists.joined(issuer.groups) or "no group"
    return f"{who}; others with an address of {lists.joined(issuer.domains)} get an account in {groups}"


def _worth(issuer: Issuer) -> str:
    if issuer.rules == STANDARD_RULES:
        return "what it proves counts as its standard words say, else as one factor"
    said = [f"strength {rule.strength} by {' '.join((*rule.amr, *rule.acr))}" for rule in issuer.rules]
    return f"{lists.joined(said)}, else one factor"


def in_force(known: FactStore, file: SignInFile | None) -> None:
    known.issuers = {one.id: one for one in file.issuers} if file is not None else {}


SIGN_IN_FILE: Final = FolderFile(name=FILE, kind=SignInFile, read=read, changes=changes, in_force=in_force)
