"""What `monitor.yaml` says, as far as it can be read; what is wrong with it the examination of the folder says."""

from __future__ import annotations

from limen.company.child import parse_texts
from limen.company.folder import read_folder
from limen.configuration.tree import Tree
from limen.doctor.setup import Setup
from limen.monitor.monitor_file import FILE, read
from limen.monitor.monitor_rules import MonitorRules
from limen.pillar import Around


def monitor_said(setup: Setup) -> MonitorRules | None:
    """None where there is no such file, or it can't be read. It blocks."""
    text = read_folder(setup.root).texts.get(FILE)
    files, _ = parse_texts({FILE: text}) if text is not None else ({}, [])
    written = files.get(FILE, {}).get("tree")
    return read(Tree(written), Around(setup.settings, None, None))[0] if written is not None else None
