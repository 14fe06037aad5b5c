"""What configuration.yml says beside rules and clients: domains, sessions, and what was Authelia's own doing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

from limen.clock import HOUR
from limen.company.upstream_section import HOST
from limen.importing.authelia.words import is_filled_in, length, words
from limen.importing.ldap_source import LdapDirectory, source_text
from limen.importing.report import Effect, Path, Report, is_secret, leaves

_LONGEST_HOURS: Final = 24 * 90
_OWN_DOING: Final[Mapping[str, str]] = {
    "theme": "Limen's pages have one look, light and dark",
    "default_redirection_url": "after signing in people arrive where they wanted to go, or in the portal",
    "certificates_directory": "Authelia's own doing",
    "default_2fa_method": "people choose among the factors that they have",
    "server": "Limen has listeners of its own: limen.toml, [listen]",
    "log": "Limen has logs of its own: limen.toml, [logs]",
    "telemetry": "Limen has figures of its own, at /metrics",
    "totp": "codes are enrolled anew, by Limen's own settings",
    "webauthn": "passkeys are enrolled anew: a passkey is bound to the host that it was made for",
    "duo_api": "Limen has no push by Duo",
    "ntp": "Limen looks at its clock in `limen doctor`",
    "password_policy": "Limen has rules for passwords of its own: limen.toml, [passwords]",
    "regulation": "Limen slows down guessing by itself, for each person and address",
    "storage": "Limen has a database of its own",
    "notifier": "say the mail server in limen.toml, [mail]",
    "identity_validation": "one-time links are Limen's own",
    "privacy_policy": "`limen notice` writes a notice of what is recorded",
}


@dataclass(frozen=True, slots=True)
class Sites:
    """The domain that cookies are for, Authelia's own hosts, lengths of sessions, and a directory of people."""

    domain: str = ""
    own: frozenset[str] = frozenset()
    sessions: Mapping[str, float] = field(default_factory=dict)
    people_source: str = ""

    def also(self, other: Sites) -> Sites:
        return Sites(
            self.domain or other.domain,
            self.own | other.own,
            {**self.sessions, **other.sessions},
            self.people_source or other.people_source,
        )


def read_settings(body: Mapping[str, Any], at: Path, report: Report) -> Sites:
    """What one file says. What Authelia fills in when it starts is named as not readable."""
    for key, why in _OWN_DOING.items():
        if key in body:
            report.not_translated((*at, key), why)
    if "jwt_secret" in body:
        report.left_out((*at, "jwt_secret"))
    for path, _ in leaves({at[0]: body}):
        if is_filled_in(_value(body, path[1:])) and not is_secret(path):
            report.not_translated(path, "Authelia fills this in when it starts, from a file or the environment")
    sites = _sessions(body.get("session"), (*at, "session"), report)
    source = _backend(body.get("authentication_backend"), (*at, "authentication_backend"), report)
    return sites.also(Sites(people_source=source))


def _value(body: Any, path: Path) -> Any:
    for step in path:
        body = body[step]
    return body


def _sessions(section: Any, at: Path, report: Report) -> Sites:
    if not isinstance(section, Mapping):
        return Sites()
    report.not_translated(at, "Limen keeps sessions in its own database, with cookies of its own")
    sessions = _lengths(section, at, report)
    found = Sites(_domain(section.get("domain"), (*at, "domain"), report), frozenset(), sessions)
    for number, cookie in enumerate(words(section.get("cookies"))):
        where = (*at, "cookies", number)
        if isinstance(cookie, Mapping):
            found = found.also(_cookie(cookie, where, report, is_first=not found.domain))
    return found


def _cookie(cookie: Mapping[str, Any], at: Path, report: Report, *, is_first: bool) -> Sites:
    if not is_first:
        report.not_translated(at, "Limen serves one domain: a second one needs a Limen of its own", Effect.STRICTER)
        return Sites(own=_host_of(cookie.get("authelia_url")))
    domain = _domain(cookie.get("domain"), (*at, "domain"), report)
    own = _host_of(cookie.get("authelia_url"))
    if own:
        report.approximated((*at, "authelia_url"), "Limen has a sign-in host of its own", Effect.SAME)
    return Sites(domain, own, _lengths(cookie, at, report))


def _domain(value: Any, at: Path, report: Report) -> str:
    domain = value.lower().lstrip(".") if isinstance(value, str) else ""
    if not HOST.fullmatch(domain):
        return ""
    report.translated(at, "the domain of a new company folder")
    return domain


def _host_of(url: Any) -> frozenset[str]:
    try:
        host = urlsplit(url).hostname if isinstance(url, str) else None
    except ValueError:
        host = None
    return frozenset({host}) if host else frozenset()


def _lengths(section: Mapping[str, Any], at: Path, report: Report) -> dict[str, float]:
    found: dict[str, float] = {}
    for key, name in (("expiration", "absolute_hours"), ("inactivity", "idle_hours")):
        if key not in section:
            continue
        lasts = length(section[key])
        if lasts is None or not 0 < lasts <= _LONGEST_HOURS * HOUR:
            report.not_translated((*at, key), f"this is no length of a session: say {name} in limen.toml")
            continue
        found[name] = round(lasts / HOUR, 4)
        report.translated((*at, key), f"{name} in limen.toml of a new folder; in one that is in use it stays")
    if "remember_me" in section:
        report.not_translated((*at, "remember_me"), "no session lasts beyond its length", Effect.STRICTER)
    return found


def _backend(section: Any, at: Path, report: Report) -> str:
    """Where people come from: a file, which is imported, or a directory, which becomes a source of people."""
    if not isinstance(section, Mapping):
        return ""
    for key in section:
        report.not_translated((*at, key), "Limen keeps people, and how they sign in, itself")
    ldap = section.get("ldap")
    if not isinstance(ldap, Mapping):
        return ""
    where = (*at, "ldap")
    report.not_translated(where, "the source of people in people.yaml has settings of its own")
    attributes = ldap.get("attributes")
    said = {**(attributes if isinstance(attributes, Mapping) else {}), **ldap}
    directory = LdapDirectory(
        address=_word(ldap.get("address") or ldap.get("url")),
        is_active_directory=ldap.get("implementation") == "activedirectory",
        base=_word(ldap.get("base_dn")),
        user=_word(ldap.get("user")),
        below=_word(said.get("additional_users_dn")),
    )
    text, taken = source_text("authelia-ldap", "The directory behind Authelia", directory)
    for field_name, keys in {
        "address": ("address", "url"), "base": ("base_dn",), "user": ("user",), "below": ("additional_users_dn",),
        "is_active_directory": ("implementation",),
    }.items():  # fmt: skip
        for key in keys:
            if key in ldap and field_name in taken:
                report.translated((*where, key), "the source authelia-ldap in people.yaml")
    if not text:
        report.note(where, "people of the directory need a source in people.yaml, written by hand", Effect.STRICTER)
    return text


def _word(value: Any) -> str:
    return value if isinstance(value, str) and not is_filled_in(value) else ""
