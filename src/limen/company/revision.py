"""One published state of the company: its content as plain JSON, and the name that follows from it."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Any, Final

import msgspec

from limen.company.company import Company
from limen.company.policies_file import Policies, Source
from limen.company.protocols import PROTOCOLS
from limen.facts import App
from limen.pillars import files
from limen.policy.expectations import Expectation
from limen.settings import Settings

FORMAT: Final = 1
"""Raised when the content's shape changes, so that an older Limen refuses what it can't read."""

_PUBLISHED: Final = "published"
PUBLISHED_SETTINGS: Final = {"name", "domain", "time_zone", "url", "groups", "networks", "sessions"}
"""The settings that say what the company is. Where one machine listens and keeps its data is its own affair."""


def revision_of(company: Company) -> str:
    """32 hexadecimal digits of SHA-256 over the normalised content: comments, order and layout do not count."""
    content = write_content(company)
    del content["sources"]
    return hashlib.sha256(msgspec.json.encode(content, order="deterministic")).hexdigest()[:32]


def as_published(company: Company) -> Company:
    """The company as every worker reads it once it is published: without what is one machine's own. The same one each
    time, so that nothing is proved of it twice.
    """
    published: Company | None = company.memo.get(_PUBLISHED)
    if published is None:
        settings = Settings.model_validate(company.settings.model_dump(include=PUBLISHED_SETTINGS))
        published = replace(company, settings=settings, apps=tuple(sorted(company.apps, key=lambda app: app.id)))
    found = {name: value for name, value in company.memo.items() if name != _PUBLISHED}
    published.memo.update(found)  # neither the engine nor a test hangs on where a machine listens
    company.memo[_PUBLISHED] = published
    return published


def write_content(company: Company) -> dict[str, Any]:
    """The content as JSON values, policies as their parsed tree, so that nothing has to be parsed again."""
    tests = [replace(one, line=0) for one in company.tests]
    return {
        "format": FORMAT,
        "settings": company.settings.model_dump(mode="json", include=PUBLISHED_SETTINGS),
        "apps": [_app(app) for app in sorted(company.apps, key=lambda app: app.id)],
        "policies": dict(sorted(company.policies.tree["staticPolicies"].items())),
        "tests": msgspec.to_builtins(tests, order="deterministic"),
        "sources": msgspec.to_builtins(company.policies.sources, order="deterministic"),
        **({"parts": msgspec.to_builtins(dict(company.parts), order="deterministic")} if company.parts else {}),
    }


def _app(app: App) -> dict[str, Any]:
    """What an app does not use is left out, as before there was any: its revision keeps its name."""
    written: dict[str, Any] = msgspec.to_builtins(app, order="deterministic")
    for later in ("onboarding_until", "url", "provision", "account", *PROTOCOLS):
        if not written[later]:
            del written[later]
    return written


def read_content(content: Any) -> Company:
    """The company that `write_content` wrote. Raises ValueError when it is none, or of a newer Limen."""
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise ValueError("this revision was written by a different version of Limen")
    try:
        company = Company(
            settings=Settings.model_validate(content["settings"]),
            apps=msgspec.convert(content["apps"], tuple[App, ...]),
            policies=Policies(
                {"templates": {}, "staticPolicies": content["policies"], "templateLinks": []},
                msgspec.convert(content["sources"], dict[str, Source]),
            ),
            tests=msgspec.convert(content["tests"], tuple[Expectation, ...]),
            parts=_parts(content.get("parts", {})),
        )
    except (KeyError, msgspec.ValidationError) as error:
        raise ValueError(f"this is not a valid revision: {error}") from None
    return replace(company, revision=revision_of(company))


def _parts(written: dict[str, Any]) -> dict[str, Any]:
    """What the files of parts mean; of a part that is not in use, as it was written, so that it is not lost."""
    kinds = {file.name: file.kind for file in files()}
    return {name: msgspec.convert(value, kinds[name]) if name in kinds else value for name, value in written.items()}
