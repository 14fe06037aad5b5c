"""`provision:` of an app in apps.yaml: the accounts that Limen creates, changes and deactivates there by SCIM 2.0."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from limen.company.app_addresses import called_complaint
from limen.company.oidc_section import Wrong
from limen.configuration.problem import shown
from limen.facts import App
from limen.facts.provision import SENT, Provision
from limen.messages import lists


class ProvisionSection(BaseModel):
    """Accounts of people in the app, by SCIM 2.0. Its token is stored with `limen provision connect`."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, use_attribute_docstrings=True)

    url: str
    """Where its SCIM is, without `/Users`: `https://wiki.example/scim/v2`."""
    groups: Annotated[list[str], Field(min_length=1, max_length=200)]
    """Whoever is in one of these groups has an account there; `everyone` is everybody with access to Limen."""
    send: Annotated[list[Literal["name", "email"]], Field(max_length=2)] = [*SENT]
    """What it is told of them beside the user name, which is the email address."""
    leavers: Literal["deactivate", "delete"] = "deactivate"
    """What becomes of the account of somebody who leaves."""
    existing: Literal["ask", "adopt"] = "ask"
    """An account that is there already under somebody's address: an administrator says whose it is, or it is theirs."""
    most_at_once: Annotated[int, Field(ge=1, le=100)] = 10
    """From how many percent of its accounts on (and at least five) an administrator is asked before they are taken from
    people who stay. Whoever leaves is deactivated at once."""


def provision_of(section: ProvisionSection) -> Provision:
    """What the section describes."""
    return Provision(
        url=section.url.rstrip("/"),
        groups=tuple(sorted(set(section.groups))),
        sent=tuple(one for one in SENT if one in section.send),
        deletes=section.leavers == "delete",
        adopts=section.existing == "adopt",
        share=section.most_at_once,
    )


def complaints(section: ProvisionSection) -> Iterator[Wrong]:
    """Everything about the section that its shape does not tell."""
    if wrong := called_complaint(section.url):
        yield ("url",), *wrong
    elif "?" in section.url or section.url.rstrip("/").endswith("/Users"):
        what = f"{shown(section.url)} is not the address of its SCIM alone"
        yield ("url",), what, "leave out `/Users` and whatever follows"


def provision_changes(before: Iterable[App], after: Iterable[App]) -> Iterator[tuple[str, str]]:
    """The id of each app that is told more of people than before, or otherwise, and one sentence for each such thing.

    No policy decides any of it.
    """
    was = {app.id: app.provision for app in before}
    for app in after:
        if app.provision is not None and app.provision != was.get(app.id):
            yield from ((app.id, said) for said in _openings(app, was.get(app.id), app.provision))


def _openings(app: App, old: Provision | None, new: Provision) -> Iterator[str]:
    groups = [one for one in new.groups if old is None or one not in old.groups]
    if groups:
        yield f"Limen creates accounts in {app.name} for whoever is in {lists.joined(groups)} now"
    if old is None or new.url != old.url:
        sent = lists.joined(["the email address", *(["the name"] if "name" in new.sent else [])])
        yield f"{new.url} is told {sent} of each of them now: whose that is, is not looked at"
    elif told := [one for one in new.sent if one not in old.sent]:
        yield f"{app.name} is told {lists.joined(told)} of people now"
    if new.adopts and not (old is not None and old.adopts):
        yield f"Whoever has an address here has the account of this name in {app.name} now, whoever had it before"
    if new.deletes and not (old is not None and old.deletes):
        yield f"Accounts of leavers in {app.name} are deleted now, with what the app deletes with them"
