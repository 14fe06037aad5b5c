"""A company as its folder describes it, without errors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network
from typing import Any
from urllib.parse import urlsplit

from limen.company.policies_file import Policies
from limen.facts import LIMEN, ActionRule, App, Group, Label, Upstream
from limen.facts.access_rules import FILE as ACCESS, NOTHING_TO_ASK
from limen.policy import Engine
from limen.policy.expectations import Expectation
from limen.settings import Settings


@dataclass(frozen=True, slots=True)
class Company:
    """Everything the folder says. `revision` names this content: equal content has an equal name anywhere.

    `files` is the authors' text of every file by its name, exactly; `parts` is what the files of parts mean, by their
    names; `memo` caches what is computed from the content. None of them is compared: the
    revision is made of them.
    """

    settings: Settings
    apps: tuple[App, ...]
    policies: Policies
    tests: tuple[Expectation, ...]
    revision: str = ""
    files: Mapping[str, str] = field(default_factory=dict, compare=False, repr=False)
    parts: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)
    memo: dict[str, Any] = field(default_factory=dict, init=False, compare=False, repr=False)

    @property
    def all_apps(self) -> dict[str, App]:
        """The apps by id, and Limen itself among them."""
        return {app.id: app for app in (*self.apps, limen_app(self.settings))}

    @property
    def groups(self) -> tuple[Group, ...]:
        return tuple(Group(group, title) for group, title in self.settings.groups.items())

    @property
    def networks(self) -> tuple[tuple[str, IPv4Network | IPv6Network], ...]:
        """The named networks, the narrowest first, so that the first that holds an address is the closest."""
        named = [(name, network) for name, networks in self.settings.networks.items() for network in networks]
        return tuple(sorted(named, key=lambda one: (-one[1].prefixlen, one[0])))

    def engine(self) -> Engine:
        """The policies, ready to decide. Made once: tests, proofs and the doors can share it, for it never changes."""
        if "engine" not in self.memo:
            self.memo["engine"] = Engine(
                self.policies.tree,
                self.revision,
                self.settings.zone,
                read=self.policies.read,
                access=self.parts.get(ACCESS) or NOTHING_TO_ASK,
            )
        engine: Engine = self.memo["engine"]
        return engine


def limen_app(settings: Settings) -> App:
    """Limen as an app: sign-in, portal and console are decided on it. It has no upstream."""
    return App(
        id=LIMEN,
        name="Limen",
        host=urlsplit(settings.public_url).hostname or "",
        upstream=Upstream(""),
        label=Label.RESTRICTED,
        rules=(ActionRule("view", frozenset(), "/**"), ActionRule("administer", frozenset(), "/console/**")),
    )
