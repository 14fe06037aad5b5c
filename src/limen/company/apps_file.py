"""`apps.yaml`: what is protected, and which of its requests are which action."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import UTC
from typing import Annotated, Any, Final, Literal
from urllib.parse import urlsplit

from pydantic import Field

from limen.clock import Instant
from limen.company.account_section import AccountSection, account_complaints, account_of
from limen.company.app_addresses import where_complaint
from limen.company.folder import APPS
from limen.company.onboarding import read_until
from limen.company.protocols import PROTOCOLS, NamedApp, Shape
from limen.company.provision_section import ProvisionSection, complaints as provision_complaints, provision_of
from limen.company.routes import METHODS, WEBDAV, Route, RouteError, read_route
from limen.company.upstream_section import HOST, UpstreamSection, upstream_complaint, upstream_of
from limen.configuration.problem import DECLARE_GROUP, Problem, did_you_mean, shown, unknown
from limen.configuration.shape import listed, shaped_in_part
from limen.configuration.tree import Tree
from limen.facts import (
    ACTIONS,
    EVERYONE,
    LIMEN,
    MOST_ONBOARDED,
    SEALED_FILES,
    ActionRule,
    App,
    Cors,
    Label,
    PublicRoute,
    Upstream,
)
from limen.facts.provision import Provision
from limen.printable import is_printable
from limen.settings import Settings

REQUEST_ACTIONS: Final = ACTIONS[:5]
MOST_APPS: Final = 2_000
_GATEWAY: Final = "gateway"
_FIELD_NAME: Final = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,80}")
_START: Final = re.compile(r"/(?!/)[!-~]*")


class _Public(Shape):
    """A route that needs no sign-in and no decision."""

    route: str
    """Method and path, as in `actions`."""
    why: Annotated[str, Field(min_length=3, max_length=200)]
    """Why it may stand open."""


class _Onboarding(Shape):
    """While it lasts, people who are signed in pass, and what would be refused is journaled."""

    until: str
    """When it ends, in the company's time zone: `2026-12-08T18:00`; at most a fortnight after publication."""


class _Cors(Shape):
    """Other sites whose pages may send requests to this app as the person using them. Limen answers preflights."""

    origins: Annotated[list[str], Field(max_length=100)] = []
    """Their origins: `https://board.harbor.example`."""
    methods: Annotated[list[str], Field(max_length=20)] = ["GET", "HEAD", "POST"]
    """The methods that their scripts may use."""
    headers: Annotated[list[str], Field(max_length=60)] = ["content-type"]
    """The headers that their scripts may set, beyond those that every page may set."""


class _App(NamedApp):
    """Something that is protected. `apps.yaml` is a list of these."""

    protocol: Literal["gateway"] = "gateway"
    """`gateway`: each request is decided. `oidc`, `saml`, `entra`: the app signs people in itself (see there)."""
    host: str
    """The host in the company's domain at which browsers reach it through Limen."""
    upstream: UpstreamSection | str
    """Where it really runs: an address, or more about it (see `upstream` below)."""
    start: str = "/"
    """The path that the portal's link leads to."""
    actions: dict[str, list[str]] = {}
    """Which requests are which action: lists of `METHOD /path`; `*` is one segment, a last `**` any rest."""
    public: list[_Public] = []
    """What needs no sign-in."""
    cors: _Cors = _Cors()
    """Other sites that may send requests to it."""
    onboarding: _Onboarding | None = None
    """That people who are signed in still pass, and until when."""
    streams: Annotated[list[str], Field(max_length=100)] = []
    """Paths whose responses stay open: event streams, long downloads. Limen closes them when access ends."""
    encoded_paths: Literal["refuse", "allow"] = "refuse"
    """Whether a path with an escaped slash is refused, as it is read differently by different apps."""
    provision: ProvisionSection | None = None
    """The accounts that Limen keeps there (see `provision` below)."""
    account: AccountSection | None = None
    """The one account that the app's vendor gives the whole company: Limen signs people in with it."""


def read_apps(
    tree: Tree, settings: Settings | None, groups: Collection[str] | None
) -> tuple[tuple[App, ...], list[Problem]]:
    """Every app in `tree`, and every problem. What depends on settings or groups that could not be read is left out."""
    entries, problems = listed(tree, APPS, MOST_APPS, "apps", ("start each app with `- id: …`", "split the company"))
    problems += _twice(entries, tree)
    apps: list[App] = []
    for number, entry in enumerate(entries):
        reader = _Reader(tree, number, settings, groups)
        app = reader.read(entry)
        problems += reader.problems
        if app is not None:
            apps.append(app)
            problems += _known_twice(app, apps, tree, number)
    return tuple(apps), problems


def app_ids(tree: Tree) -> set[str]:
    """The ids in `tree`, whatever else is wrong there."""
    entries = tree.plain()
    ids = [entry.get("id") for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else []
    return {one for one in ids if isinstance(one, str)}


def _twice(entries: list[Any], tree: Tree) -> Iterator[Problem]:
    seen: set[tuple[str, str]] = set()
    for number, entry in enumerate(entries):
        for key in ("id", "host"):
            word = entry.get(key) if isinstance(entry, dict) else None
            if not isinstance(word, str):
                continue
            if (key, word) in seen and key == "id":
                what = f"there are two apps with the id {shown(word)}"
                yield Problem(APPS, *tree.at(number, key), what, "rename one")
            elif (key, word) in seen:
                what = f"two apps can't share the host {shown(word)}"
                yield Problem(APPS, *tree.at(number, key), what, "give each its own")
            seen.add((key, word))


def _known_twice(app: App, apps: list[App], tree: Tree, number: int) -> Iterator[Problem]:
    """Of two apps that call themselves the same, nobody could tell which one asks."""
    name = app.saml.entity_id if app.saml else ""
    if name and any(one.saml and one.saml.entity_id == name for one in apps if one is not app):
        where = tree.at(number, "saml", "entity_id")
        yield Problem(APPS, *where, f"two apps have the entity ID {shown(name)}", "give each its own")
    client = app.entra.client_id if app.entra else ""
    if client and any(one.entra and one.entra.client_id == client for one in apps if one is not app):
        where = tree.at(number, "entra", "client_id")
        yield Problem(APPS, *where, f"two apps have the client ID {shown(client)}", "give each its own")


class _Reader:
    """Reads one app, and collects what is wrong with it."""

    def __init__(self, tree: Tree, number: int, settings: Settings | None, groups: Collection[str] | None) -> None:
        self.problems: list[Problem] = []
        self._tree = tree
        self._number = number
        self._settings = settings
        self._groups = groups

    def read(self, entry: Any) -> App | None:
        """The app, None where its shape is wrong; whatever can be read is still checked."""
        if isinstance(entry, dict):
            protocol = entry.get("protocol", _GATEWAY)
            if isinstance(protocol, str) and protocol in PROTOCOLS:
                return self._read_registered(entry, protocol)
            if protocol != _GATEWAY:
                self._wrong(("protocol",), *unknown("protocol", str(protocol), (_GATEWAY, *PROTOCOLS)))
                return None
            for name in PROTOCOLS:
                if name in entry:
                    said = f"`{name}` is for an app with another protocol"
                    self._wrong((name,), said, f"write `protocol: {name}` above it")
                    return None
        domain = self._settings.domain if self._settings is not None else ""
        stand_ins = {"id": "stand-in", "host": f"stand-in.{domain or 'localhost'}", "upstream": "http://127.0.0.1:3000"}
        shape, self.problems = shaped_in_part(_App, entry, self._tree, APPS, (self._number,), stand_ins)
        if shape is None:
            return None
        has_shape = not self.problems
        app = self._app(shape)
        return app if has_shape else None

    def _read_registered(self, entry: Any, name: str) -> App | None:
        """An app that asks Limen who may come in, by the protocol of this name."""
        protocol = PROTOCOLS[name]
        stand_ins = {"id": "stand-in", "protocol": name}
        if "url" in protocol.shape.model_fields:
            stand_ins["url"] = "https://stand-in.example"
        shape, self.problems = shaped_in_part(protocol.shape, entry, self._tree, APPS, (self._number,), stand_ins)
        if shape is None:
            return None
        has_shape = not self.problems
        self._check_named(shape)
        section = getattr(shape, name)
        for path, what, fix in protocol.complaints(section):
            self._wrong((name, *path), what, fix)
        for group in getattr(section, "groups", ()):
            if self._groups is not None and group not in self._groups:
                self._wrong((name, "groups", group), *unknown("group", group, self._groups, DECLARE_GROUP))
        url: str = getattr(shape, "url", "")
        if "url" in stand_ins and (wrong := where_complaint(url)):
            self._wrong(("url",), *wrong)
        label = _label(shape.label)
        registration = protocol.registration(section)
        app = App(
            id=shape.id,
            name=shape.name or shape.id.replace("-", " ").capitalize(),
            host="",
            upstream=Upstream(""),
            label=Label.RESTRICTED if label is None else label,
            owner=shape.owner,
            description=shape.description,
            rules=tuple(ActionRule(one, frozenset({"GET"}), "/**") for one in protocol.actions(registration)),
            url=url,
            provision=self._provision(getattr(shape, "provision", None)),
        )
        return replace(app, **{name: registration}) if has_shape else None

    def _app(self, shape: _App) -> App:
        self._check_words(shape)
        self._check_host(shape.host)
        upstream = (
            shape.upstream if isinstance(shape.upstream, UpstreamSection) else UpstreamSection(url=shape.upstream)
        )
        path: tuple[str | int, ...] = (
            ("upstream", "url") if isinstance(shape.upstream, UpstreamSection) else ("upstream",)
        )
        if complaint := upstream_complaint(upstream.url):
            self._wrong(path, *complaint)
        if shape.account is not None:
            for at, what, fix in account_complaints(shape.account, upstream.url, has_public=bool(shape.public)):
                self._wrong(("account", *at), what, fix)
        label = _label(shape.label)
        return App(
            id=shape.id,
            name=shape.name or shape.id.replace("-", " ").capitalize(),
            host=shape.host,
            upstream=upstream_of(upstream),
            label=Label.RESTRICTED if label is None else label,
            owner=shape.owner,
            description=shape.description,
            start=shape.start,
            rules=tuple(self._rules(shape)),
            public=tuple(self._public(shape)),
            cors=self._cors(shape),
            opts_in_encoded_paths=shape.encoded_paths == "allow",
            onboarding_until=self._onboarding_until(shape, label),
            streams=tuple(self._streams(shape)),
            provision=self._provision(shape.provision),
            account=account_of(shape.account) if shape.account is not None else None,
        )

    def _wrong(self, path: tuple[str | int, ...], what: str, fix: str) -> None:
        self.problems.append(Problem(APPS, *self._tree.at(self._number, *path), what, fix))

    def _check_words(self, shape: _App) -> None:
        self._check_named(shape)
        for place, one in enumerate(shape.public):
            self._check_printable(("public", place, "why"), one.why)
        if not _START.fullmatch(shape.start):
            self._wrong(("start",), f"{shown(shape.start)} is not a path on the app's host", "start it with one `/`")

    def _check_printable(self, path: tuple[str | int, ...], said: str) -> None:
        if not is_printable(said):
            self._wrong(path, f"{shown(said)} contains characters that can't be displayed", "remove them")

    def _check_named(self, shape: NamedApp) -> None:
        self._check_printable(("name",), shape.name)
        self._check_printable(("description",), shape.description)
        if shape.id == LIMEN:
            self._wrong(("id",), "`limen` is Limen itself", "choose another id")
        if shape.id == SEALED_FILES:
            self._wrong(("id",), f"`{SEALED_FILES}` are the files that `limen seal` makes", "choose another id")
        if _label(shape.label) is None:
            self._wrong(("label",), *unknown("label", shape.label, [label.word for label in Label]))
        if self._groups is not None and shape.owner and shape.owner not in self._groups:
            self._wrong(("owner",), *unknown("group", shape.owner, self._groups, DECLARE_GROUP))

    def _provision(self, section: ProvisionSection | None) -> Provision | None:
        if section is None:
            return None
        for path, what, fix in provision_complaints(section):
            self._wrong(("provision", *path), what, fix)
        for place, group in enumerate(section.groups):
            if self._groups is not None and group != EVERYONE and group not in self._groups:
                self._wrong(("provision", "groups", place), *unknown("group", group, self._groups, DECLARE_GROUP))
        return provision_of(section)

    def _check_host(self, host: str) -> None:
        if not HOST.fullmatch(host):
            self._wrong(
                ("host",),
                f"{shown(host)} is not a valid host name",
                "use lowercase letters, digits, `-` and `.`, no port",
            )
        elif self._settings is not None and self._settings.domain:
            if not host.endswith("." + self._settings.domain):
                what = f"the host {shown(host)} is outside the domain {shown(self._settings.domain)}"
                self._wrong(("host",), what, f"use {host.split('.', 1)[0]}.{self._settings.domain}")
            elif host == urlsplit(self._settings.public_url).hostname:
                self._wrong(("host",), f"{shown(host)} is the sign-in host", "give the app a host of its own")

    def _onboarding_until(self, shape: _App, label: Label | None) -> Instant:
        """0 where the app has none. Whether it ends too late is checked at publication, which has a clock."""
        if shape.onboarding is None:
            return 0
        if label is not None and label > MOST_ONBOARDED:
            what = f"an app that is {label.word} can't be in onboarding: everyone who is signed in would get in"
            self._wrong(("onboarding",), what, "give access to the people who need it, and remove this")
        zone = self._settings.zone if self._settings is not None else UTC
        try:
            return read_until(shape.onboarding.until, zone)
        except (ValueError, OverflowError):
            what = f"{shown(shape.onboarding.until)} is not a valid date and time"
            self._wrong(("onboarding", "until"), what, "write it as 2026-12-08T18:00")
            return 0

    def _rules(self, shape: _App) -> Iterator[ActionRule]:
        for action, routes in shape.actions.items():
            if action not in REQUEST_ACTIONS:
                line, column = self._tree.key_at(self._number, "actions", action)
                what = f"a request can't have the action {shown(action)}"
                self.problems.append(Problem(APPS, line, column, what, did_you_mean(action, REQUEST_ACTIONS)))
            for place, text in enumerate(routes):
                route = self._route(text, ("actions", action, place))
                if route is not None and action in REQUEST_ACTIONS:
                    yield ActionRule(action, route.methods, route.pattern)

    def _public(self, shape: _App) -> Iterator[PublicRoute]:
        for place, one in enumerate(shape.public):
            route = self._route(one.route, ("public", place, "route"))
            if route is not None:
                yield PublicRoute(route.methods, route.pattern, one.why)

    def _streams(self, shape: _App) -> Iterator[str]:
        for place, pattern in enumerate(shape.streams):
            if " " in pattern:
                self._wrong(
                    ("streams", place), f"{shown(pattern)} is not a path", "write only the path, without a method"
                )
            elif (route := self._route(f"ANY {pattern}", ("streams", place))) is not None:
                yield route.pattern

    def _route(self, text: str, path: tuple[str | int, ...]) -> Route | None:
        try:
            route = read_route(text)
        except RouteError as error:
            self._wrong(path, error.what, error.fix)
            return None
        for method in route.methods.difference(METHODS, WEBDAV):
            fix = did_you_mean(method, [*METHODS, "ANY"], "-")
            if fix != "-":
                self._wrong(path, f"there is no method {shown(method)}", fix)
        return route

    def _cors(self, shape: _App) -> Cors:
        for place, method in enumerate(shape.cors.methods):
            if method not in METHODS:
                self._wrong(("cors", "methods", place), *unknown("method", method, METHODS))
        for place, name in enumerate(shape.cors.headers):
            if not _FIELD_NAME.fullmatch(name):
                self._wrong(("cors", "headers", place), f"{shown(name)} is not a header name", "write x-csrf-token")
        headers = frozenset(name.lower() for name in shape.cors.headers)
        return Cors(frozenset(self._origins(shape)), frozenset(shape.cors.methods), headers)

    def _origins(self, shape: _App) -> Iterator[str]:
        for place, origin in enumerate(shape.cors.origins):
            try:
                parts = urlsplit(origin)
                is_origin = f"{parts.scheme}://{parts.netloc}" == origin and parts.hostname and "@" not in parts.netloc
            except ValueError:
                is_origin = False
            if not is_origin or not origin.startswith(("http://", "https://")):
                what = f"{shown(origin)} is not a valid origin"
                self._wrong(
                    ("cors", "origins", place), what, "write scheme, host and port, such as https://shop.example"
                )
            yield origin


def _label(word: str) -> Label | None:
    return next((label for label in Label if label.word == word), None)
