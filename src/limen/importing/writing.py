"""What of a system becomes text of a company folder: groups, apps, policies and their tests, and a list of people.

Nothing that stands there is changed but what an import wrote: an app that the company has keeps its entry, and a file
of policies that somebody has edited stays as it is, each with what would be otherwise. The same export again changes
nothing.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final
from urllib.parse import urlsplit

from limen.company.apps_text import entry_text, with_entry, with_new_entry, written_entry
from limen.company.candidate import candidate
from limen.company.company import Company
from limen.company.folder import APPS, SETTINGS, TESTS
from limen.company.removals import with_group
from limen.importing.entries import entry_of
from limen.importing.expectations import with_tests
from limen.importing.model import EVERYONE, App, Group, System
from limen.importing.names import app_ids, group_ids, group_titles, guard_id, spoken
from limen.importing.policies_text import policies_of
from limen.importing.requirements_text import requirements_text
from limen.importing.sessions import with_sessions
from limen.printable import no_formula

PEOPLE: Final = "people.yaml"
_NO_SOURCES: Final = re.compile(r"(?m)^sources:[ ]*(\[\]|)[ ]*$")
_DIGEST: Final = "// Digest of what follows: "


@dataclass(frozen=True, slots=True)
class Change:
    """What an import does to a company: the texts that change, the company that they make, the people as a list that
    `limen import people` reads, and what was there and stays: each as a sentence.

    `groups` and `apps` are the ids by the old system's keys.
    """

    changed: Mapping[str, str]
    company: Company
    people: str
    kept: tuple[str, ...]
    groups: Mapping[str, str] = field(default_factory=dict)
    apps: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_nothing(self) -> bool:
        return not self.changed


@dataclass(frozen=True, slots=True)
class Wanted:
    """How an import is written. `source` is the system's title, `word` its word in names of files. `groups` are those
    that somebody put in the place of the old ones, `replaces` lets it write over what was edited since.
    """

    source: str
    word: str
    groups: Mapping[str, str] = field(default_factory=dict)
    replaces: bool = False
    is_new: bool = False


def change(company: Company, system: System, wanted: Wanted) -> Change:
    """`company` with what the system has. Raises LimenError, and FolderError where the texts can't be taken."""
    system = _with_everyone(system)
    groups = group_ids(system.groups, company, wanted.source, wanted.groups)
    apps = app_ids(system.apps, company, wanted.source)
    kept: list[str] = []
    taken = [one for one in system.apps if _is_ours(one, apps[one.key], company, kept, replaces=wanted.replaces)]
    texts = dict(company.files)
    _write_groups(texts, company, system, groups, wanted)
    _write_apps(texts, company, taken, apps, kept, wanted)
    names = {one.key: one.name for one in system.groups}
    ids = {one.key: apps[one.key] for one in taken}
    policies = [policies_of(one, ids[one.key], groups, wanted.source, names) for one in taken]
    policies += requirements_text(system.requirements, ids, groups, wanted.source, wanted.word)
    _write_policies(texts, policies, kept, wanted)
    _write_settings(texts, system, kept, wanted)
    after = candidate(company, changed) if (changed := _changed(company, texts)) else company
    asked = [one for one in system.expected if any(one.app == app.key for app in taken)]
    texts[TESTS] = with_tests(texts.get(TESTS, ""), after, asked, apps, groups, wanted.source)
    if len(more := _changed(company, texts)) != len(changed):
        after = candidate(company, more)
    return Change(more, after, people_list(system, groups), tuple(kept), groups, apps)


def _with_everyone(system: System) -> System:
    """The same with the group of all its people."""
    return replace(
        system,
        people=tuple(replace(one, groups=one.groups | {EVERYONE}) for one in system.people),
        groups=(*system.groups, Group(EVERYONE, "All accounts")),
        expected=tuple(replace(one, groups=(*one.groups, EVERYONE)) for one in system.expected),
    )


def _changed(company: Company, texts: Mapping[str, str]) -> dict[str, str]:
    return {name: text for name, text in texts.items() if text != company.files.get(name, "")}


def without_example(company: Company, system: System) -> Company:
    """A folder that was only begun, its example app called otherwise where the system has an app at its host."""
    hosts = {one.host for one in system.apps}
    example = next((one.id for one in company.apps if one.host in hosts), "")
    if not example:
        return company
    texts = {name: company.files[name].replace(example, f"example-{example}") for name in (APPS, TESTS)}
    return candidate(company, texts)


def policy_file(word: str) -> str:
    return f"policies/70-{word}.cedar"


def people_list(system: System, groups: Mapping[str, str]) -> str:
    """A CSV as `limen import people` reads it. Who is not active in the old system does not come along."""
    written = io.StringIO(newline="")
    writer = csv.writer(written)
    writer.writerow(("name", "email", "groups", "language"))
    for one in sorted(system.people, key=lambda person: (person.email, person.account)):
        if one.is_active and one.email:
            inside = ";".join(sorted(groups[key] for key in one.groups if key in groups))
            writer.writerow([no_formula(spoken(cell)) for cell in (one.name, one.email)] + [inside, one.language])
    return written.getvalue()


def _is_ours(app: App, app_id: str, company: Company, kept: list[str], *, replaces: bool) -> bool:
    """Whether the app is new, or came by an import. Another one keeps its entry and its policies; and one at a host for
    which this Limen can't answer is none.
    """
    own = urlsplit(company.settings.public_url).hostname
    if app.host and (not app.host.endswith(f".{company.settings.domain}") or app.host == own):
        why = "is the sign-in host" if app.host == own else f"is outside the domain {company.settings.domain}"
        kept.append(f"app {app_id}: its host {app.host} {why}; nothing of it is imported")
        return False
    is_new = all(one.id != app_id for one in company.apps)
    if is_new or guard_id(app_id) in company.policies.sources or replaces:
        return True
    kept.append(
        f"app {app_id}: it is in the company already and keeps its entry and its policies; nothing of it is imported"
    )
    return False


def _write_groups(
    texts: dict[str, str], company: Company, system: System, groups: Mapping[str, str], wanted: Wanted
) -> None:
    for key, title in group_titles(system.groups, wanted.source).items():
        if groups[key] not in company.settings.groups:
            texts[SETTINGS] = with_group(texts.get(SETTINGS, ""), groups[key], title)


def _write_apps(
    texts: dict[str, str],
    company: Company,
    apps: list[App],
    ids: Mapping[str, str],
    kept: list[str],
    wanted: Wanted,
) -> None:
    for app in apps:
        there = next((one for one in company.apps if one.id == ids[app.key]), None)
        entry = entry_of(app, ids[app.key])
        if there is None:
            texts[APPS] = with_new_entry(texts.get(APPS, ""), written_entry(entry))
            continue
        if wanted.replaces:
            if not app.upstream and there.upstream.url:
                entry["upstream"] = there.upstream.url
            texts[APPS] = with_entry(texts[APPS], there.id, written_entry(entry))
            continue
        kept += [
            f"app {there.id}: {field} would be otherwise now and stays as it is"
            for field in _differing(entry, entry_text(texts[APPS], there.id))
        ]


def _differing(entry: Mapping[str, Any], text: str) -> list[str]:
    """The keys that an import would write otherwise than they stand there. Where an app runs no export knows."""
    there = dict(_keys(text))
    wanted = dict(_keys(written_entry(entry)))
    return sorted(
        key
        for key in wanted.keys() | there.keys()
        if key in wanted and key != "upstream" and wanted[key] != there.get(key)
    )


def _keys(text: str) -> list[tuple[str, str]]:
    """Each key of an entry with its lines, comments apart."""
    found: list[tuple[str, list[str]]] = []
    for line in text.splitlines():
        bare = line[2:] if line[:2] in {"- ", "  "} else line
        if bare and bare[0] not in " #":
            key, _, rest = bare.partition(":")
            found.append((key, [rest.split("  #")[0].strip()]))
        elif found and not bare.strip().startswith("#"):
            found[-1][1].append(bare.strip())
    return [(key, "\n".join(lines)) for key, lines in found]


def _write_policies(texts: dict[str, str], policies: list[str], kept: list[str], wanted: Wanted) -> None:
    file = policy_file(wanted.word)
    if not policies:
        return
    body = "\n\n".join(policies) + "\n"
    head = (
        f"// Who had access in {wanted.source}, as `limen import {wanted.word}` understood it; its report says what\n"
        "// it could not. Importing again writes this file anew, unless it was edited.\n"
        f"{_DIGEST}{_digest(body)}\n\n"
    )
    before = texts.get(file, "")
    if before and not _is_as_written(before) and not wanted.replaces:
        if before != head + body:
            kept.append(f"{file}: it was edited since it was imported, and stays as it is (--replace writes it anew)")
        return
    texts[file] = head + body


def _is_as_written(text: str) -> bool:
    _, mark, rest = text.partition(_DIGEST)
    digest, _, body = rest.partition("\n\n")
    return bool(mark) and digest == _digest(body)


def _digest(body: str) -> str:
    return hashlib.sha256(body.encode()).hexdigest()[:32]


def _write_settings(texts: dict[str, str], system: System, kept: list[str], wanted: Wanted) -> None:
    if system.sessions:
        text, said = with_sessions(texts.get(SETTINGS, ""), system.sessions, may_change=wanted.is_new)
        texts[SETTINGS] = text
        kept += said
    if system.people_source:
        there = _NO_SOURCES.sub("", texts.get(PEOPLE, ""))
        if _says_nothing(there):
            texts[PEOPLE] = f"{there.rstrip()}\n\n{system.people_source}".lstrip()
        elif system.people_source not in there:
            kept.append(f"{PEOPLE}: it is there already and stays as it is; the report says which source is missing")


def _says_nothing(text: str) -> bool:
    """Whether a file of YAML has comments alone in it."""
    return all(not line.strip() or line.lstrip().startswith("#") for line in text.splitlines())
