"""Authelia's files, told apart by what stands in them, as one system."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from limen.errors import LimenError
from limen.importing.authelia.access import app_at, comparisons, refuses_everybody
from limen.importing.authelia.answers import expected_of
from limen.importing.authelia.clients import read_clients
from limen.importing.authelia.rules import Rules, read_rules
from limen.importing.authelia.settings import Sites, read_settings
from limen.importing.authelia.users import read_users
from limen.importing.model import App, Expected, Group, Person, System, Told, Wishes
from limen.importing.report import Effect, Report

_CONFIGURATION: Final = frozenset({"access_control", "authentication_backend", "session", "identity_providers"})

MOST_COMPARED: Final = 1_000_000
"""How often rules and paths may be held against each other: some seconds, for hundreds of rules."""


class Authelia:
    """Authelia 4.37 to 4.39."""

    name = "authelia"
    title = "Authelia"
    files = "configuration.yml users_database.yml"
    has_parts = False

    def read(self, files: Mapping[str, Any], report: Report, wishes: Wishes, told: Told) -> System:
        """What configuration.yml, or the files that it is in, and users_database.yml say."""
        configurations = {name: one for name, one in files.items() if _is_configuration(one)}
        databases = {name: one for name, one in files.items() if _is_users(one)}
        if not configurations and not databases:
            raise LimenError(
                "there is no configuration and no users database of Authelia in these files",
                "name configuration.yml and users_database.yml",
            )
        rules, sites, clients = Rules(), Sites(), []
        for name, body in configurations.items():
            sites = sites.also(read_settings(body, (name,), report))
            if "access_control" in body:
                if rules.rules:
                    raise LimenError("two files have an access_control", "name the one that Authelia reads last")
                rules = read_rules(body["access_control"], body.get("definitions"), (name, "access_control"), report)
            clients += read_clients(body, (name,), report, rules.named)
        told(1, 3)
        people: list[Person] = []
        groups: dict[str, Group] = {}
        for name, body in databases.items():
            some, theirs = read_users(body["users"], (name, "users"), report, rules.named)
            people += some
            groups |= {one.key: one for one in theirs}
        if not databases:
            groups = {one.key: one for one in read_users({}, (), report, rules.named)[1]}
        told(2, 3)
        where = next((name for name, one in configurations.items() if "access_control" in one), "")
        apps = self._apps(rules, sites, wishes, where, report)
        expected: list[Expected] = []
        for app in apps:
            expected += expected_of(app, rules, people)
        told(3, 3)
        return System(
            tuple(people),
            tuple(groups.values()),
            (*apps, *clients),
            tuple(expected),
            domain=sites.domain,
            sessions=sites.sessions,
            people_source=sites.people_source,
        )

    def _apps(self, rules: Rules, sites: Sites, wishes: Wishes, where: str, report: Report) -> list[App]:
        """An app for each host that a rule names, or that somebody named beside."""
        hosts = dict.fromkeys(name for rule in rules.rules for name in sorted(rule.hosts.names))
        hosts |= dict.fromkeys(wishes.upstreams)
        apps = []
        at = (where, "access_control")
        compared = 0
        for host in hosts:
            compared += comparisons(host, rules)
            if compared > MOST_COMPARED:
                raise LimenError(f"the rules are too many to be understood, from {host} on", "import it in parts")
            if host in sites.own:
                report.note(at, f"{host} was Authelia itself: Limen signs people in at its own host", Effect.SAME)
                continue
            if refuses_everybody(host, rules):
                report.note(at, f"{host}: nobody had access, so there is no app for it", Effect.SAME)
                continue
            app = app_at(host, rules, wishes.upstreams.get(host, ""), at, report)
            if not app.upstream:
                what = f"{host}: no export says where it runs; name it by --app {host}=URL, or as its upstream"
                report.note(at, what, Effect.STRICTER)
            apps.append(app)
        if apps:
            how = "nobody gets in by a method beside those of HTTP and WebDAV: add REPORT and others to `actions`"
            report.note(at, how, Effect.STRICTER)
        if not hosts and any(rule.hosts.ends or rule.hosts.forms for rule in rules.rules):
            report.note(at, "no rule names a host of its own: name each app by --app HOST=URL", Effect.STRICTER)
        return apps


def _is_configuration(body: Any) -> bool:
    return isinstance(body, Mapping) and bool(_CONFIGURATION & body.keys())


def _is_users(body: Any) -> bool:
    return isinstance(body, Mapping) and isinstance(body.get("users"), Mapping) and not _is_configuration(body)
