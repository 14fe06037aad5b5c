"""What becomes of network.yaml when a group is removed: it may be responsible for flows, zones and hosts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from limen.errors import LimenError
from limen.messages import lists
from limen.network.model import FILE

_MOST_NAMED: Final = 6


def without(text: str, kind: str, name: str) -> tuple[str, tuple[str, ...]]:
    """The text as it is, for nobody but its owners knows who is to be responsible from then on.

    Raises LimenError where the group is responsible for something, or the text can't be read.
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
    owned = [called for called, one in _each(whole if isinstance(whole, dict) else {}) if one.get("owner") == name]
    if owned:
        which = lists.joined(owned, most=_MOST_NAMED)
        raise LimenError(f"it is the owner of {which} in {FILE}", "choose another owner first")
    return text, ()


def _each(whole: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Whatever may have an owner, with what it is called."""
    flows = whole.get("flows")
    yield from (
        (str(one.get("id")), one) for one in (flows if isinstance(flows, list) else ()) if isinstance(one, dict)
    )
    for section in ("zones", "hosts"):
        some = whole.get(section)
        yield from (
            (str(name), one) for name, one in (some.items() if isinstance(some, dict) else ()) if isinstance(one, dict)
        )
