"""`monitor.yaml`: what Limen watches. Each section is read by a module of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from pydantic import BaseModel, ConfigDict

from limen.configuration.problem import Problem
from limen.configuration.shape import shaped_in_part
from limen.configuration.tree import Tree
from limen.facts import FactStore
from limen.monitor.detections import section as of_detections
from limen.monitor.monitor_rules import MonitorRules
from limen.monitor.notify import section as of_notices
from limen.monitor.places import section as of_places
from limen.monitor.response import section as of_playbooks
from limen.monitor.risk import section as of_risk
from limen.monitor.sources import section as of_sources
from limen.pillar import Around, FolderFile

FILE: Final = "monitor.yaml"


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, use_attribute_docstrings=True)

    watch: bool = True
    """`false`: nothing comes in and nothing is found, so nobody's risk rises."""
    sources: dict[str, Any] = {}
    """Who sends what happens. Limen's own journal is watched without being named."""
    places: dict[str, Any] = {}
    """Which files tell where addresses are, and which addresses tell nothing."""

    risk: dict[str, Any] = {}
    """How what was found becomes somebody's risk."""
    playbooks: dict[str, Any] = {}
    """What may happen by itself after an alert; without it nothing does."""
    notify: dict[str, Any] = {}
    """Who hears of cases, and when."""
    detections: dict[str, Any] = {}
    """Rules that others wrote, brought in by folder, and rules that are turned off."""


SECTIONS: Final[dict[str, tuple[Callable[..., Any], Callable[..., Iterator[str]]]]] = {
    "sources": (of_sources.read, of_sources.changes),
    "detections": (of_detections.read, of_detections.changes),
    "places": (of_places.read, of_places.changes),
    of_risk.SECTION: (of_risk.read, of_risk.changes),
    of_playbooks.SECTION: (of_playbooks.read, of_playbooks.changes),
    of_notices.SECTION: (of_notices.read, of_notices.changes),
}
"""By its name in the file and in `MonitorRules`: how a section is read, and what changes with it."""


def read(tree: Tree, _around: Around) -> tuple[MonitorRules | None, list[Problem]]:
    """The rules, and all that is wrong with them, each with its line."""
    file, problems = shaped_in_part(_File, tree.plain() or {}, tree, FILE, (), {})
    if file is None:
        return None, problems
    said: dict[str, Any] = {}
    for name, (read_section, _) in SECTIONS.items():
        said[name], found = read_section(getattr(file, name), tree, FILE)
        problems += found
    return (None if problems else MonitorRules(watch=file.watch, **said)), problems


def changes(before: MonitorRules | None, after: MonitorRules | None) -> Iterator[str]:
    """One line for each thing that is other than before."""
    was, now = before or MonitorRules(watch=False), after or MonitorRules(watch=False)
    if was.watch != now.watch:
        yield "Limen watches what happens" if now.watch else "Limen watches nothing: nobody's risk rises any more"
    for name, (_, changes_of) in SECTIONS.items():
        yield from changes_of(getattr(was, name), getattr(now, name))


def in_force(known: FactStore, rules: MonitorRules | None) -> None:
    known.set_rules(MonitorRules, rules or MonitorRules(watch=False))


INITIAL: Final = """# What Limen watches. Its own journal (sign-ins, decisions, changes) needs no entry here.
watch: true
# sources: who else sends what happens, each by a name of your own. The page Sources shows what to paste where.
# sources:
#   firewall: {kind: fortigate, comes: tls, heartbeat: 15m}
#   servers: {kind: windows, comes: http}
#   okta: {kind: okta, comes: asked, service: {url: "https://harbor.okta.com"}}
# By `asked` Limen fetches the logs of m365, google_workspace, okta, aws and github by itself (docs/how-to/clouds.md).
# detections: your own rules are files in detections/; here are folders with Sigma rules, and what is turned off.
# detections: {folders: [/srv/sigma/rules], off: [name-of-a-rule]}
# places: which files tell where addresses are. `limen place 203.0.113.7` shows what Limen sees.
# places:
#   databases: [/var/lib/limen/places/city.mmdb, /var/lib/limen/places/asn.mmdb]
#   lists: {tor: {file: /var/lib/limen/places/tor.txt}}

# playbooks: what may happen by itself where a rule asks for it by this word. Only for what is found with certainty, by
# sources that prove themselves; each can be taken back, ends by itself, and happens `at_most` times an hour.
playbooks:
  step-up: {does: step_up, lasts: 12h, at_most: 20}
  end-sessions: {does: end_sessions, at_most: 5}
  quarantine: {does: quarantine, lasts: 24h, at_most: 5}
#   disable: {does: disable, at: critical, confidence: 90, lasts: 8h, at_most: 2}

# notify: who hears of cases. The address of a chat is a secret: `limen alert channel NAME` keeps it.
# notify:
#   it: {kind: mail, to: [it@harbor.example], hours: mon-fri 08:00-18:00}
#   chat: {kind: teams, at: medium}
#   manager: {kind: mail, to: [manager@harbor.example], at: critical, after: 30m}
"""

MONITOR_FILE: Final = FolderFile(
    name=FILE,
    kind=MonitorRules,
    read=read,
    changes=changes,
    in_force=in_force,
    initial=INITIAL,
    touches=lambda _before, _after, _people: (),
)
"""`limen init` writes one that watches Limen itself. Without the file nothing is watched."""
