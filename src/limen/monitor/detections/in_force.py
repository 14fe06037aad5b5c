"""Which rules are in force: Limen's, the company's, and those of folders it brings in, less those it turned off."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path

from limen.configuration.problem import Problem
from limen.monitor.detections.chosen import Chosen
from limen.monitor.detections.documents import MAX_LENGTH
from limen.monitor.detections.own_rules import own_rules
from limen.monitor.detections.rule_file import RuleFile, read_rules
from limen.monitor.detections.rule_folders import MAX_FILES, MAX_FOLDERS, TooMany, files_of
from limen.monitor.detections.rule_set import RuleSet, put_together


def beside_own(texts: Mapping[str, str], folders: Iterable[RuleFile] = (), off: Collection[str] = ()) -> RuleSet:
    """Limen's rules, those in `texts`, and those of folders; of two with one id or name, the first is in force."""
    own = own_rules()
    of_limen = RuleFile(own.rules, own.correlations, own.problems)
    files = [of_limen, *(read_rules(file, text) for file, text in texts.items()), *folders]
    return put_together(_without(file, off) for file in files)


def rules_in_force(chosen: Chosen) -> RuleSet:
    """All of them, compiled. What can't be read or is refused is in its `problems`."""
    return beside_own(chosen.texts, (file for path in chosen.folders for file in read_folder(Path(path))), chosen.off)


def read_folder(root: Path) -> Iterator[RuleFile]:
    """The rules of each YAML file in a folder and those below it, in the order of their names; links are not followed.

    A file that is none of Sigma's is one problem. Never raises because of what the folder holds.
    """
    if not root.is_dir():
        yield RuleFile((), (), (Problem(str(root), 0, 0, "there is no such folder", "give one with Sigma rules"),))
        return
    for path in files_of(root):
        if isinstance(path, TooMany):
            what = f"the folder holds more than {MAX_FILES} files or {MAX_FOLDERS} folders"
            yield RuleFile((), (), (Problem(str(root), 0, 0, what, "name a smaller one"),))
            return
        yield _read_file(path)


def _read_file(path: Path) -> RuleFile:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOFOLLOW)
        with os.fdopen(descriptor, "rb") as file:
            data = file.read(MAX_LENGTH + 1)
        return read_rules(str(path), data.decode("utf-8-sig"))
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8"
        return RuleFile((), (), (Problem(str(path), 0, 0, f"this file can't be read: {reason}", ""),))


def _without(file: RuleFile, off: Collection[str]) -> RuleFile:
    """Those that are not off. What is off counts no more for correlations either, so these go with it."""
    if not off:
        return file
    rules = tuple(one for one in file.rules if one.id not in off and one.about.name not in off)
    correlations = tuple(one for one in file.correlations if one.id not in off and one.about.name not in off)
    return RuleFile(rules, correlations, file.problems)
