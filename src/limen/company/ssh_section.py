"""`ssh:` of an app in apps.yaml: hosts that people reach by SSH with certificates of Limen's."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field

from limen.company.oidc_section import Wrong
from limen.configuration.problem import shown
from limen.facts import App
from limen.facts.ssh_hosts import SshHosts
from limen.messages import lists

_HOST: Final = re.compile(r"(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*")
_LOGIN: Final = re.compile(r"[a-z_][a-z0-9_.-]{0,31}")


class SshSection(BaseModel):
    """Hosts that people reach by SSH."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, use_attribute_docstrings=True)

    hosts: Annotated[list[str], Field(min_length=1, max_length=500)]
    """Their names, as people type them after `ssh`."""
    logins: Annotated[list[str], Field(max_length=50)] = []
    """The shared accounts on these hosts that people may log in to. Nobody acts as root from one of these, and none of
    them is root."""
    own_accounts: bool = False
    """Whether everybody has an account of their own on these hosts. It is created there when they first log in."""
    minutes: Annotated[int, Field(ge=1, le=60)] = 10
    """For how long a certificate is good for logging in."""
    forwarding: bool = False
    """Whether connections may be forwarded through these hosts."""
    same_address: bool = True
    """Whether a certificate is good only from the address it was asked from. Turn it off where these hosts see people
    at another address than Limen does, as behind a VPN."""


def hosts_of(section: SshSection) -> SshHosts:
    """What the section describes."""
    return SshHosts(
        tuple(section.hosts),
        tuple(section.logins),
        section.minutes,
        section.forwarding,
        section.own_accounts,
        section.same_address,
    )


def complaints(section: SshSection) -> Iterator[Wrong]:
    """Everything about the section that its shape does not tell."""
    for name, pattern, what, fix in (
        ("hosts", _HOST, "is not a host name", "write it in lowercase, without a user and a port"),
        ("logins", _LOGIN, "is not an account's name", "write it as in /etc/passwd"),
    ):
        said: list[str] = getattr(section, name)
        for place, one in enumerate(said):
            if not pattern.fullmatch(one):
                yield (name, place), f"{shown(one)} {what}", fix
            elif one in said[:place]:
                yield (name, place), f"{shown(one)} stands here twice", "remove one of them"
    if "root" in section.logins:
        yield (
            ("logins", section.logins.index("root")),
            "nobody logs in as root: that is `elevate`, which has a policy of its own",
            "remove it, and write own_accounts: true",
        )
    if not section.logins and not section.own_accounts:
        yield ("logins",), "there is no account to log in to", "name one, or write own_accounts: true"


def ssh_openings(app: App, old: SshHosts | None, new: SshHosts) -> Iterator[str]:
    """One sentence for each thing that `new` opens beside `old`."""
    was = old or SshHosts(())
    if hosts := [one for one in new.hosts if one not in was.hosts]:
        yield f"Whoever may connect to {app.name} reaches {lists.joined(hosts)} by SSH now"
    if logins := [one for one in new.logins if one not in was.logins]:
        yield f"Whoever may connect to {app.name} may log in as {lists.joined(logins)} now"
    if new.has_own_accounts and not was.has_own_accounts:
        yield f"Whoever may connect to {app.name} has an account of their own there now, and is root where elevated"
    if old is not None and new.minutes > old.minutes:
        yield f"A certificate for {app.name} is good for {new.minutes} minutes now, instead of {old.minutes}"
    if old is not None and was.names_address and not new.names_address:
        yield f"A certificate for {app.name} is good from every address now"
    if new.may_forward and not was.may_forward:
        yield f"Connections may be forwarded through {app.name} now"
