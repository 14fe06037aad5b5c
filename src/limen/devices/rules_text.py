"""`devices.yaml` with other values in it: what is said by a form, written into the text; comments and order stay.

The caller has it read again, as any folder: what a value may be is judged there.
"""

from __future__ import annotations

from collections.abc import Mapping
from io import StringIO
from typing import Any, Final

from limen.devices.devices_file import DEVICES_FILE
from limen.errors import LimenError
from limen.pillar import IN_A_WEEK

_WIDEST: Final = 4_096
"""Letters in a line before it is broken: never, so that lines which did not change stay as they are."""


def with_values(text: str, values: Mapping[str, object], checks: Mapping[str, Mapping[str, object]]) -> str:
    """The text with these values at the top, and these of each check; None takes one out.

    Without a text it begins with the baseline, whose comments explain it. Raises LimenError where it can't be read.
    """
    from ruamel.yaml import YAML  # noqa: PLC0415 -- heavy, and only this needs it
    from ruamel.yaml.comments import CommentedMap  # noqa: PLC0415
    from ruamel.yaml.error import YAMLError  # noqa: PLC0415

    writer: Any = YAML()
    writer.width, writer.preserve_quotes = _WIDEST, True
    try:
        whole = writer.load(text or _baseline())
    except YAMLError:
        raise LimenError("devices.yaml can't be read", "run `limen check`") from None
    if whole is None:
        whole = CommentedMap()
    _set(whole, values)
    if any(checks.values()):
        inside = whole.get("checks")
        if inside is None:
            inside = whole["checks"] = CommentedMap()
        for name, said in checks.items():
            if not said:
                continue
            entry = inside.get(name)
            if entry is None and any(value is not None for value in said.values()):
                entry = inside[name] = CommentedMap()
                entry.fa.set_flow_style()
            if entry is not None:
                _set(entry, said)
    written = StringIO()
    writer.dump(whole, written)
    return written.getvalue()


def _set(mapping: Any, values: Mapping[str, object]) -> None:
    for key, value in values.items():
        if value is None:
            mapping.pop(key, None)
        else:
            mapping[key] = value


def _baseline() -> str:
    lines = DEVICES_FILE.initial.splitlines(keepends=True)
    return "".join(line for line in lines if IN_A_WEEK not in line)
