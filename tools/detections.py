"""The reference's page of the rules that come with Limen, from what each says of itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from limen.monitor.detections.built_in import BUILT_IN
from limen.monitor.detections.own_rules import QUIET, own_rules, own_texts, shown_rules
from limen.monitor.detections.rule import Correlation, Rule
from limen.monitor.detections.tactics import TACTICS

SOURCES: Final = {
    "antivirus": "virus scanners",
    "aws": "AWS",
    "github": "GitHub",
    "google": "Google Workspace",
    "limen": "Limen itself",
    "linux": "Linux",
    "microsoft365": "Microsoft 365",
    "network": "firewalls, Suricata",
    "okta": "Okta",
    "web": "web and mail servers",
    "windows": "Windows",
}
"""What a folder of rules looks at."""
_TECHNIQUE: Final = re.compile(r"attack\.(t\d{4})(?:\.(\d{3}))?")
_LEVELS: Final = ("critical", "high", "medium", "low", "informational")


def page_of_detections(head: list[str]) -> list[str]:
    """Its lines, below `head`."""
    shown = shown_rules(own_rules())
    loud = sum(one.about.level not in QUIET for one in shown)
    return [
        *head,
        f"The {len(shown)} rules that come with Limen, in [Sigma](https://sigmahq.io) and in the order of an attack as",
        "[MITRE ATT&CK](https://attack.mitre.org) tells it; a rule that serves several tactics stands at its first.",
        f"{loud} of them raise an alert. Those of the levels *low* and *informational* raise none by themselves: what",
        "they find counts towards the risk of a person or device. *Sure* is how often a rule is expected to be right,",
        "in percent: an estimate, not a measurement. With the level it makes the points. Each rule names what looks",
        "the same and is harmless.",
        "",
        "| looks at | rules |",
        "|---|---|",
        *_counted(shown),
        *(line for tactic, title in TACTICS.items() for line in _tactic(tactic, title, shown)),
        *_measured(),
    ]


def _measured() -> Iterator[str]:
    """What is found by other means than rules."""
    yield from ("", "## Found without a rule", "", "Where a person was, and what is usual for them, is measured.", "")
    yield from ("| finding | level | sure | MITRE ATT&CK |", "|---|---|---|---|")
    measured = [one.about for one in BUILT_IN.values() if one.is_measure]
    for about in sorted(measured, key=lambda about: (_LEVELS.index(about.level), about.name)):
        tactic = TACTICS[about.tags[0].removeprefix("attack.")]
        yield f"| **{about.title}** | {about.level} | {about.confidence} | {_techniques(about.tags) or tactic} |"


def _counted(shown: list[Rule | Correlation]) -> Iterator[str]:
    folders = [_folder(one) for one in shown]
    for folder in dict.fromkeys(file.partition("/")[0] for file in own_texts()):
        yield f"| {SOURCES[folder]} | {folders.count(folder)} |"


def _tactic(tactic: str, title: str, shown: list[Rule | Correlation]) -> Iterator[str]:
    here = [one for one in shown if _first_tactic(one) == tactic]
    if not here:
        return
    yield from ("", f"## {title}", "", "| rule | looks at | level | sure | MITRE ATT&CK |", "|---|---|---|---|---|")
    for one in sorted(here, key=lambda one: (_LEVELS.index(one.about.level), one.about.file)):
        about = one.about
        said = f"**{about.title}** {about.description}".replace("|", "\\|")
        yield f"| {said} | {SOURCES[_folder(one)]} | {about.level} | {about.confidence} | {_techniques(about.tags)} |"


def _folder(one: Rule | Correlation) -> str:
    return one.about.file.partition("/")[0]


def _first_tactic(one: Rule | Correlation) -> str:
    return next(tag.removeprefix("attack.") for tag in one.about.tags if tag.removeprefix("attack.") in TACTICS)


def _techniques(tags: tuple[str, ...]) -> str:
    links = []
    for found in filter(None, map(_TECHNIQUE.fullmatch, tags)):
        whole, part = found[1].upper(), found[2]
        address = f"{whole}/{part}" if part else whole
        links.append(f"[{whole}{f'.{part}' if part else ''}](https://attack.mitre.org/techniques/{address}/)")
    return " ".join(dict.fromkeys(links))
