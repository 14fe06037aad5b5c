"""An export without its secrets, so that what is kept until somebody decides has nothing in it to steal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from limen.importing.report import SECRET, Account, Path, Verdict


def without_secrets(files: Mapping[str, Any], account: Account) -> dict[str, Any]:
    """The files without whatever the account calls a secret. They are understood as before: no reader takes those."""
    secret = {one.path for one in account.items if one.verdict is Verdict.LEFT_OUT and one.how == SECRET}
    copied: dict[str, Any] = _copied(files, (), secret)
    return copied


def _copied(value: Any, path: Path, secret: set[Path]) -> Any:
    if isinstance(value, Mapping):
        return {
            key: _copied(one, (*path, str(key)), secret)
            for key, one in value.items()
            if (*path, str(key)) not in secret
        }
    if isinstance(value, list):
        # Places in lists stay what they were: reports name them.
        return [None if (*path, at) in secret else _copied(one, (*path, at), secret) for at, one in enumerate(value)]
    return value
