"""Which ids the old system's groups and apps get in Limen: readable, the same each time, and never somebody else's.

A group or an app that the company has already is not taken for one of the old system's because it is called the same:
whoever is in the old `administrators` does not become one who runs Limen.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from typing import Final

from limen.company.company import Company
from limen.facts import LIMEN, SEALED_FILES, App as CompanyApp
from limen.importing.model import App, Group
from limen.policy.roles import ROLES
from limen.printable import is_printable, plain_word

BASELINE: Final = ROLES | {"staff", "contractors", "guests"}
"""Groups that mean something in Limen's own policies."""
_LONGEST: Final = 40
_APP: Final = re.compile(r"[a-z][a-z0-9-]{0,39}")
_LONGEST_TITLE: Final = 160
_MARKED: Final = re.compile(r", [0-9a-f]{6}$")
"""How a title ends that tells two groups apart: one that is called so by itself gets a mark of its own."""


def group_ids(groups: Iterable[Group], company: Company, source: str, own: Mapping[str, str]) -> dict[str, str]:
    """Each group's id by its key. `source` is the old system's title, `own` what somebody said of a group: its key to
    the id of a group that the company has.
    """
    titles = group_titles(groups, source)
    there = {title: group for group, title in company.settings.groups.items() if group not in BASELINE}
    found = {key: own[key] for key in titles if key in own}
    found |= {key: there[title] for key, title in titles.items() if key not in found and title in there}
    taken = set(company.settings.groups) | BASELINE | set(found.values())
    wanted = {key: _word(titles[key].removesuffix(_from(source)), "group") for key in titles if key not in found}
    return found | _apart(wanted, taken, plain_word(source))


def group_titles(groups: Iterable[Group], source: str) -> dict[str, str]:
    """What people read, by key: it says where the group comes from, and no two are called the same."""
    every = {one.key: one for one in groups}
    names = {key: spoken(one.name) or "group" for key, one in every.items()}
    often = Counter(names.values())
    said = {
        key: name if often[name] == 1 and not _MARKED.search(name) else f"{name}, {_mark(key)}"
        for key, name in names.items()
    }
    return {key: said[key] + _from(source) for key in sorted(said)}


def app_ids(apps: Iterable[App], company: Company, source: str) -> dict[str, str]:
    """Each app's id by its key. One that stands at a host, or under a name of SAML, that the company has is that app;
    so is one of OpenID Connect whose id is taken by one that sends people back to the same places.
    """
    every = {one.key: one for one in apps}
    same = {key: same_app(one, company, source) for key, one in every.items()}
    found = {key: one.id for key, one in same.items() if one is not None}
    taken = {*company.all_apps, LIMEN, SEALED_FILES, *found.values()}
    clients = {one.oidc.client_id: key for key, one in every.items() if one.oidc and key not in found}
    found |= {key: client for client, key in clients.items() if _APP.fullmatch(client) and client not in taken}
    wanted = {key: _app_word(one) for key, one in every.items() if key not in found}
    return found | _apart(wanted, taken | set(found.values()), plain_word(source))


def guard_id(app_id: str) -> str:
    """The id of the forbid that each imported app has: by it an app is known to be imported."""
    return f"{app_id}-only-as-before"


def same_app(app: App, company: Company, source: str = "") -> CompanyApp | None:
    """The app of the company that this one is; None for a new one. Two of OpenID Connect that send people back to the
    same place are the same where the company's has a name that an import gives this one, or never came by an import:
    who else registers that place does not take over whom an imported app lets in.
    """
    for one in company.apps:
        if app.host and one.host == app.host:
            return one
        if app.saml and one.saml and one.saml.entity_id == app.saml.entity_id:
            return one
    if app.oidc is None:
        return None
    returned = set(app.oidc.redirect_uris)
    several = [one for one in company.apps if one.oidc and returned & set(one.oidc.redirect_uris)]
    named = [one for one in several if _is_given(one.id, app, source)]
    own = [one for one in several if guard_id(one.id) not in company.policies.sources]
    return next(iter([*named, *own]), None)


def _is_given(app_id: str, app: App, source: str) -> bool:
    """Whether an import gives such an app this id."""
    word = _app_word(app)
    return app_id in {word, _before(source, word), app.oidc.client_id if app.oidc else ""} or app_id.endswith(
        f"-{_mark(app.key)}"
    )


def spoken(text: str, longest: int = _LONGEST_TITLE) -> str:
    """A name of the old system as it may stand in a line; what could steer or turn the writing is left out."""
    line = " ".join("".join(one if is_printable(one) else " " for one in text).split())
    return line if len(line) <= longest else line[: longest - 1] + "…"


def _from(source: str) -> str:
    return f" (from {source})"


def _app_word(app: App) -> str:
    if app.oidc is not None:
        return _word(app.oidc.client_id, "app")
    if app.saml is not None:
        return _word(app.name or app.saml.entity_id, "app")
    return _word(app.host.split(".", 1)[0] or app.name, "app")


def _word(text: str, otherwise: str) -> str:
    word = plain_word(text, _LONGEST - 8)
    return word if word[:1].isalpha() else f"{otherwise}-{word}".strip("-")


def _apart(wanted: Mapping[str, str], taken: Collection[str], source: str) -> dict[str, str]:
    """An id for each key. Where two want the same, all of them get a mark that stays theirs; where it is taken, the
    source's name stands before it.
    """
    often = Counter(wanted.values())
    found: dict[str, str] = {}
    for key in sorted(wanted):
        word = wanted[key] if often[wanted[key]] == 1 else f"{wanted[key][: _LONGEST - 7]}-{_mark(key)}"
        if word in taken or word in found.values():
            word = _before(source, word)
        if word in taken or word in found.values():
            word = f"{word[: _LONGEST - 7]}-{_mark(key)}"
        found[key] = word
    return found


def _before(source: str, word: str) -> str:
    return f"{plain_word(source)[:10]}-{word}"[:_LONGEST].strip("-")


def _mark(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:6]
