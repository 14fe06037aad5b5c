"""One more app in the company's texts: its entry in apps.yaml, and a permit where no policy gives its people one."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from limen.clock import MINUTE, Instant
from limen.company.app_addresses import sent_to_complaint, where_complaint
from limen.company.apps_text import with_new_entry
from limen.company.candidate import added, candidate
from limen.company.company import Company
from limen.company.folder import APPS
from limen.company.onboarding import LONGEST, written_until
from limen.company.saml_section import section_text
from limen.company.upstream_section import HOST, upstream_complaint
from limen.configuration.problem import DECLARE_GROUP, shown, unknown
from limen.errors import LimenError
from limen.facts import MOST_ONBOARDED, App, Label, Person
from limen.facts.service_provider import ServiceProvider
from limen.policy.decision import Request
from limen.policy.hypothetical import Hypothetical

POLICY_FILE: Final = "policies/60-apps.cedar"
_ID: Final = re.compile(r"[a-z][a-z0-9-]{0,39}")
_CALLBACK: Final = "https://app.your.domain/callback"
_VIEW: Final = 'action == Action::"view"'
"""Signing in to an app is looking at it."""
_WORK: Final = 'action in [Action::"view", Action::"download", Action::"edit", Action::"share"]'


@dataclass(frozen=True, slots=True)
class NewApp:
    """The app that somebody wants to add. `host` "" is its id in the company's domain; `groups` are for whom it is.

    With `redirect_uri` it signs people in by OpenID Connect, with `saml` by SAML: `url` is where people open it, and
    Limen stands before no host of it.
    """

    id: str
    url: str
    groups: tuple[str, ...]
    actions: Mapping[str, Sequence[str]]
    name: str = ""
    label: str = "internal"
    host: str = ""
    owner: str = ""
    start: str = "/"
    is_onboarding: bool = True
    redirect_uri: str = ""
    saml: ServiceProvider | None = None

    @property
    def protocol(self) -> str:
        """By which it signs people in itself; "" where Limen stands before it."""
        return "oidc" if self.redirect_uri else "saml" if self.saml else ""


@dataclass(frozen=True, slots=True)
class Added:
    """The texts that change, the company they make, and for each group the policies that permit it the app already.

    `others` are the groups that nobody named and that policies let in all the same, for the label of the app.
    """

    changed: Mapping[str, str]
    company: Company
    permitted: Mapping[str, tuple[str, ...]]
    others: Mapping[str, tuple[str, ...]]


def add_app(company: Company, asked: NewApp, now: Instant) -> Added:
    """`company` with one more app. Raises `LimenError` for a wrong request, and `FolderError` as a check does."""
    host = asked.host or f"{asked.id}.{company.settings.domain}"
    _refuse(company, asked, host)
    changed = {APPS: with_new_entry(company.files.get(APPS, ""), _entry(company, asked, host, now))}
    after = candidate(company, changed)
    app = after.all_apps[asked.id]
    permitted = {group: _permitting(after, app, group) for group in asked.groups}
    missing = [group for group in asked.groups if not permitted[group]]
    if missing:
        text = "\n\n".join(_policy(app, group) for group in missing)
        changed |= added(company, text, POLICY_FILE)
        after = candidate(company, changed)
    unasked = {group: _permitting(after, app, group) for group in company.settings.groups if group not in permitted}
    return Added(changed, after, permitted, {group: policies for group, policies in unasked.items() if policies})


def complaints(company: Company, asked: NewApp) -> Iterator[tuple[str, LimenError]]:
    """What is wrong with what somebody typed for a new app, by the name of its field; before anything is written."""
    if not _ID.fullmatch(asked.id):
        fix = "begin with a lowercase letter; then lowercase letters, digits and hyphens, 40 at most"
        yield "id", LimenError(f"{shown(asked.id)} is not a short name for an app", fix)
    elif asked.id in company.all_apps:
        yield "id", LimenError(f"the app {shown(asked.id)} already exists", "choose another name")
    if wrong := where_complaint(asked.url) if asked.protocol else upstream_complaint(asked.url):
        yield "url", LimenError(*wrong)
    if asked.redirect_uri and (wrong := sent_to_complaint(asked.redirect_uri, _CALLBACK)):
        yield "redirect", LimenError(*wrong)
    if asked.host and not asked.protocol:
        yield from (("host", wrong) for wrong in _about_host(company, asked.host))


def _about_host(company: Company, host: str) -> Iterator[LimenError]:
    domain = company.settings.domain
    if not HOST.fullmatch(host):
        fix = "use lowercase letters, digits, `-` and `.`, no port"
        yield LimenError(f"{shown(host)} is not a valid host name", fix)
    elif not host.endswith(f".{domain}"):
        yield LimenError(f"the host {shown(host)} is outside the domain {shown(domain)}", f"end it in .{domain}")
    elif (other := next((app for app in company.all_apps.values() if app.host == host), None)) is not None:
        yield LimenError(f"{other.name} already uses the host {shown(host)}", "choose another")


def _refuse(company: Company, asked: NewApp, host: str) -> None:
    apps = company.all_apps
    if asked.id in apps:
        raise LimenError(f"the app {shown(asked.id)} already exists", "choose another name")
    other = next((app for app in apps.values() if app.host == host and not asked.protocol), None)
    if other is not None:
        raise LimenError(f"{other.name} already uses the host {shown(host)}", "choose another with --host")
    for group in (*asked.groups, *([asked.owner] if asked.owner else [])):
        if group not in company.settings.groups:
            raise LimenError(*unknown("group", group, company.settings.groups, DECLARE_GROUP))
    for words in (asked.id, asked.name, asked.url, host, asked.label, asked.start, asked.redirect_uri):
        if not words.isprintable():
            raise LimenError(f"{shown(words)} contains characters that can't be displayed", "remove them")


def _entry(company: Company, asked: NewApp, host: str, now: Instant) -> str:
    lines = [f"- id: {_plain(asked.id)}"]
    if asked.name:
        lines.append(f"  name: {_plain(asked.name)}")
    if asked.protocol:
        lines += [f"  protocol: {asked.protocol}", f"  url: {_plain(asked.url)}"]
    else:
        lines += [f"  host: {_plain(host)}", f"  upstream: {_plain(asked.url)}"]
    lines.append(f"  label: {_plain(asked.label)}")
    if asked.owner:
        lines.append(f"  owner: {_plain(asked.owner)}")
    if asked.redirect_uri:
        lines += ["  oidc:", f"    redirect_uris: [{_plain(asked.redirect_uri)}]"]
        return "\n".join(lines) + "\n"
    if asked.saml:
        return "\n".join(lines) + "\n" + section_text(asked.saml)
    if asked.start != "/":
        lines.append(f"  start: {_plain(asked.start)}")
    if asked.is_onboarding and asked.label in {one.word for one in Label if one <= MOST_ONBOARDED}:
        until = written_until(now + LONGEST, company.settings.zone)
        lines.append(f"  onboarding: {{until: {_plain(until)}}}  # until then refusals are only counted")
    lines.append("  actions:")
    lines += [f"    {action}: [{', '.join(map(_plain, routes))}]" for action, routes in asked.actions.items()]
    return "\n".join(lines) + "\n"


def _plain(text: str) -> str:
    """The text as YAML, quoted where it could be read as anything but this text."""
    is_plain = text.isascii() and text[:1].isalpha() and all(one.isalnum() or one in "-.:/" for one in text)
    is_word = text.lower() in {"true", "false", "null", "yes", "no", "on", "off", "y", "n"}
    return text if is_plain and not is_word and not text.endswith(":") else json.dumps(text, ensure_ascii=False)


def _permitting(company: Company, app: App, group: str) -> tuple[str, ...]:
    """The policies that let somebody of the group, with a passkey used just now, look at the app."""
    engine, supposed = company.engine(), Hypothetical(strength=3, proved=MINUTE)
    now = supposed.now(engine.zone)
    person = Person("supposed", groups=frozenset({group}), active=True)
    facts = supposed.facts(person, replace(app, onboarding_until=0), "view", now, company.networks)
    decision = engine.decide(Request("view"), facts, now)
    return tuple(one.policy for one in decision.reasons) if decision.is_permit else ()


def _policy(app: App, group: str) -> str:
    strength = 3 if app.label > MOST_ONBOARDED else 2
    return (
        f'@id("{app.id}-for-{group}")'
        f"\n@title({json.dumps(f'{group} work with {app.name}', ensure_ascii=False)})"
        '\n@reason("They need it for their work.")'
        '\n@phase("identity")'
        f'\npermit (\n  principal in Group::"{group}",\n'
        f"  {_VIEW if app.url else _WORK},\n"
        f'  resource == App::"{app.id}"\n)\nwhen {{ context.auth.strength >= {strength} }};'
    )
