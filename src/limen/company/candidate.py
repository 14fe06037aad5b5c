"""A company that is not in force yet: the one in force with some of its files changed, read as any folder is.

The console's editor and forms, and everything that changes one policy, work on texts: `replaced`, `added` and
`limen.company.states.with_state` say which file gets which text, and `candidate` reads the whole. What it would change
is told by `limen.company.plan.plan`; `limen.company.publish.publish` puts it in force.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from limen.company.cedar_text import Piece, pieces
from limen.company.company import Company
from limen.company.folder import APPS, MAX_ALL, MAX_FILE, MAX_FILES, SETTINGS, TESTS, Folder
from limen.company.load import FolderError, company_in
from limen.configuration.problem import Problem, position, shown, unknown
from limen.errors import LimenError
from limen.pillars import folders_of_files, single_files

NEW_POLICIES: Final = "policies/50-console.cedar"
"""Where a policy goes that belongs to no file yet."""
_POLICY_FILE: Final = re.compile(r"policies/[A-Za-z0-9][A-Za-z0-9._-]{0,79}\.cedar")


def candidate(company: Company, changed: Mapping[str, str | None]) -> Company:
    """`company` with these files' texts instead of its own (None: without the file), every file read again.

    All text is parsed in a child process with limits. Raises `FolderError` with every problem of every file, and
    `LimenError` where the company's own texts were never kept. Its policy tests are not run.
    """
    if not company.files:
        raise LimenError(
            "the texts of the revision in force were not stored: it was published by an older Limen",
            "publish the folder once with `limen apply`",
        )
    texts = dict(company.files)
    for name, text in changed.items():
        if text is None:
            texts.pop(name, None)
        else:
            texts[name] = text
    problems = _unfit(texts)
    if problems:
        raise FolderError(tuple(problems))
    return company_in(Folder(dict(sorted(texts.items())), ()))


def replaced(company: Company, policy_id: str, text: str) -> dict[str, str]:
    """The file that holds this policy, with `text` in the policy's place and all else untouched ("" removes it).

    Raises `LimenError` where there is no such policy.
    """
    file, piece = find_policy(company, policy_id)
    whole = company.files[file]
    before, after = whole[: piece.offset], whole[piece.offset + len(piece.text) :]
    if not text.strip():
        return {file: before.rstrip(" \t") + after.lstrip(" \t").removeprefix("\r").removeprefix("\n")}
    return {file: before + text.strip() + after}


def added(company: Company, text: str, file: str = NEW_POLICIES) -> dict[str, str]:
    """The file with one more policy at its end."""
    whole = company.files.get(file, "")
    return {file: (whole.rstrip() + "\n\n" if whole.strip() else "") + text.strip() + "\n"}


def find_policy(company: Company, policy_id: str) -> tuple[str, Piece]:
    """The file that a policy stands in, and its text there. Raises `LimenError` where there is no such policy."""
    source = company.policies.sources.get(policy_id)
    if source is None:
        raise LimenError(*unknown("policy", policy_id, company.policies.sources))
    for piece in pieces(company.files.get(source.file, "")):
        if piece.text == source.text:
            return source.file, piece
    raise LimenError(
        f"the text of {policy_id} was not stored: the revision was published by an older Limen",
        "publish the folder once with `limen apply`",
    )


def _unfit(texts: Mapping[str, str]) -> list[Problem]:
    """Why these texts can't be a folder: the limits that `read_folder` has for files on disk."""
    problems = []
    known = {SETTINGS, APPS, TESTS, *(file.name for file in single_files())}
    for name, text in texts.items():
        is_known = name in known or _POLICY_FILE.fullmatch(name) or any(one.has(name) for one in folders_of_files())
        if not is_known:
            problems.append(Problem(shown(name), 0, 0, "this file name is not allowed", "policies/a-name.cedar"))
        if len(text.encode("utf-8", "surrogatepass")) > MAX_FILE:
            problems.append(Problem(name, 0, 0, f"this file is longer than {MAX_FILE} bytes", "split it"))
        at = next((at for at, char in enumerate(text) if char == "\0" or "\ud800" <= char <= "\udfff"), -1)
        if at >= 0:
            problems.append(
                Problem(name, *position(text, at), f"there is a {shown(text[at])} character here", "remove it")
            )
    if sum(map(len, texts.values())) > MAX_ALL:
        problems.append(Problem("policies", 0, 0, f"there are more than {MAX_ALL} characters in total", "remove some"))
    if len(texts) > MAX_FILES:
        problems.append(Problem("policies", 0, 0, f"there are more than {MAX_FILES} files", "merge some of them"))
    return problems
