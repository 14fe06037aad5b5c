"""Labels beside a file's content: extended attributes (xattr(7)), for what has no room for a label inside.

They stay on the file system: mail, most archives and most shares lose them. So a document's own room comes first.
"""

from __future__ import annotations

import errno
import os
from typing import Final

from limen.data.labels import properties
from limen.data.labels.model import MARK_NAME, NAME, Carried, NoLabelError, WhyNoLabel

NAMES: Final = {NAME: "user.limen.label", MARK_NAME: "user.limen.label.mark"}
_ABSENT: Final = frozenset({errno.ENODATA, errno.ENOTSUP, errno.EPERM, errno.EINVAL})
CAN_HOLD: Final = hasattr(os, "setxattr")


def read(file: int, content: bytes) -> Carried:
    """What lies beside an open file; `content` is its SHA-256."""
    found = [(name, value) for name in NAMES if (value := _value(file, name))]
    return properties.carried(found, lambda: content)


def write(file: int, word: str, mark: str) -> None:
    """Raises NoLabelError where the file system keeps no such attributes."""
    for name, value in ((NAME, word), (MARK_NAME, mark)):
        if not value:
            remove(file, name)
            continue
        try:
            os.setxattr(file, NAMES[name], value.encode())
        except (OSError, AttributeError):
            raise NoLabelError(
                WhyNoLabel.NO_ROOM, "neither the file nor its file system has room for a label"
            ) from None


def remove(file: int, *names: str) -> None:
    """Take out what is there of these; all of a label without names."""
    for name in names or NAMES:
        if CAN_HOLD and _value(file, name):
            os.removexattr(file, NAMES[name])


def copy(source: int, target: int) -> None:
    """All of them, with access lists and what security modules keep. Raises OSError where one can't be copied."""
    for name in os.listxattr(source) if CAN_HOLD else ():
        value = os.getxattr(source, name)
        if name.startswith("security.") and _raw(target, name) == value:
            continue  # the system gave it to the new file already
        os.setxattr(target, name, value)


def _value(file: int, name: str) -> str:
    return _raw(file, NAMES[name]).decode("utf-8", "replace")


def _raw(file: int, name: str) -> bytes:
    if not CAN_HOLD:
        return b""
    try:
        return os.getxattr(file, name)
    except OSError as error:
        if error.errno in _ABSENT:
            return b""
        raise
