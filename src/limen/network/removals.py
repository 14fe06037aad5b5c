"""What becomes of network.yaml when a group is removed: it may be responsible for flows."""

from __future__ import annotations

from typing import Any, Final

from limen.errors import LimenError
from limen.messages import lists
from limen.network.model import FILE

_MOST_NAMED: Final = 6


def without(text: str, kind: str, name: str) -> tuple[str, tuple[str, ...]]:
    """The text as it is, for nobody but its owners knows who is to be responsible for a flow from then on.

    Raises LimenError where the group is responsible for one, or the text can't be read.
    """
    if kind != "group":
        return text, ()
    from ruamel.yaml import YAML  # noqa: PLC0415 -- heavy, and only this needs it
    from ruamel.yaml.error import YAMLError  # noqa: PLC0415

    reader: Any = YAML(typ="safe", pure=True)
    try:
        whole = reader.load(text)
    except YAMLError:
        raise LimenError(f"{FILE} can't be read", "run `limen check`") from None
    flows = whole.get("flows") if isinstance(whole, dict) else None
    owned = [str(one.get("id")) for one in flows or () if isinstance(one, dict) and one.get("owner") == name]
    if owned:
        which = lists.joined(owned, most=_MOST_NAMED)
        raise LimenError(f"it is the owner of {which} in {FILE}", "choose another owner first")
    return text, ()
