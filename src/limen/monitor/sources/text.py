"""`monitor.yaml` with one more source in it: comments and order stay. The caller has it read again, as any folder."""

from __future__ import annotations

from collections.abc import Mapping
from io import StringIO
from typing import Any, Final

from limen.configuration.problem import shown
from limen.errors import LimenError
from limen.monitor.sources.section import SECTION

_WIDEST: Final = 4_096
"""Letters in a line before it is broken: never, so that lines which did not change stay as they are."""


def with_source(text: str, name: str, said: Mapping[str, object]) -> str:
    """Raises LimenError where the text can't be read, or has a source of this name."""
    from ruamel.yaml import YAML  # noqa: PLC0415 -- heavy, and only this needs it
    from ruamel.yaml.comments import CommentedMap  # noqa: PLC0415
    from ruamel.yaml.error import YAMLError  # noqa: PLC0415

    writer: Any = YAML()
    writer.width, writer.preserve_quotes = _WIDEST, True
    try:
        whole = writer.load(text)
    except YAMLError:
        raise LimenError("monitor.yaml can't be read", "run `limen check`") from None
    whole = CommentedMap() if whole is None else whole
    inside = whole.get(SECTION) if isinstance(whole, dict) else None
    if not isinstance(whole, dict) or not isinstance(inside, dict | None):
        raise LimenError("monitor.yaml can't be read", "run `limen check`")
    if inside is None:
        inside = whole[SECTION] = CommentedMap()
    if name in inside:
        raise LimenError(f"monitor.yaml has a source {shown(name)} already", "choose another name, or change it there")
    entry = inside[name] = CommentedMap(said)
    entry.fa.set_flow_style()
    written = StringIO()
    writer.dump(whole, written)
    return written.getvalue()
