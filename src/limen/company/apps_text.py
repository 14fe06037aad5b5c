"""Changes an app's entry in apps.yaml, or takes it out, and leaves comments, order and quotes as they are.

It only finds the place. The caller has to read the result and compare it with what was wanted: a file that is written
in an unusual way comes out wrong, or is refused.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from limen.configuration.list_text import key_text, said
from limen.configuration.problem import shown
from limen.errors import LimenError

_BY_HAND: Final = "add it to apps.yaml by hand"


def with_rule(text: str, app_id: str, action: str, route: str) -> str:
    """apps.yaml with one more route of this action. Raises `LimenError` where there is no place for it."""
    entry = _entry(text, app_id)
    actions = _value(entry, "actions")
    if actions is None:
        return _with_pair(text, entry, "actions", f"{{{action}: [{_quoted(route)}]}}")
    routes = _value(actions, action)
    if routes is None:
        return _with_pair(text, actions, action, f"[{_quoted(route)}]")
    return _with_item(text, routes, _quoted(route))


def with_public(text: str, app_id: str, route: str, why: str) -> str:
    """apps.yaml with one more public route. Raises `LimenError` where there is no place for it."""
    entry = _entry(text, app_id)
    item = f"{{route: {_quoted(route)}, why: {_quoted(why)}}}"
    public = _value(entry, "public")
    return _with_pair(text, entry, "public", f"[{item}]") if public is None else _with_item(text, public, item)


def with_new_entry(text: str, entry: str) -> str:
    """The file with one more entry at its end, and everything else unchanged."""
    if not text.strip() or text.strip() == "[]":
        return entry
    return text.rstrip() + "\n\n" + entry


def written_entry(entry: Mapping[str, Any]) -> str:
    """A new entry: each key on a line of its own, and so those of a mapping in it."""
    lines: list[str] = []
    for key, value in entry.items():
        if isinstance(value, Mapping) and value:
            lines += [f"{key}:", *(f"  {key_text(one)}: {said(inner)}" for one, inner in value.items())]
        else:
            lines.append(f"{key}: {said(value)}")
    return "".join(f"{'  ' if place else '- '}{line}\n" for place, line in enumerate(lines))


def _entry(text: str, app_id: str) -> Any:
    """The app's mapping, with the place of each of its nodes."""
    from ruamel.yaml import YAML  # noqa: PLC0415 -- heavy
    from ruamel.yaml.error import YAMLError  # noqa: PLC0415 -- heavy

    reader: Any = YAML(typ="safe", pure=True)
    try:
        apps = reader.compose(text)
    except YAMLError:
        raise LimenError("apps.yaml can't be read", _BY_HAND) from None
    for entry in apps.value if _is(apps, "SequenceNode") else ():
        name = _value(entry, "id") if _is(entry, "MappingNode") else None
        if name is not None and name.value == app_id:
            return entry
    raise LimenError(f"there is no app {shown(app_id)} in apps.yaml", "run `limen check`")


def _value(mapping: Any, wanted: str) -> Any:
    if not _is(mapping, "MappingNode"):
        raise LimenError("apps.yaml has a structure that can't be extended automatically", _BY_HAND)
    return next((value for key, value in mapping.value if key.value == wanted), None)


def _with_pair(text: str, mapping: Any, key: str, value: str) -> str:
    """One more key at the end of a mapping."""
    if mapping.flow_style:
        return _in_brackets(text, mapping, mapping.value[-1][1] if mapping.value else None, f"{key}: {value}")
    first, last = mapping.value[0][0], mapping.value[-1][1]
    return _on_its_own_line(text, last, first.start_mark.column, f"{key}: {value}")


def _with_item(text: str, sequence: Any, item: str) -> str:
    """One more item at the end of a sequence."""
    if not _is(sequence, "SequenceNode"):
        raise LimenError("apps.yaml has a structure that can't be extended automatically", _BY_HAND)
    if sequence.flow_style or not sequence.value:
        return _in_brackets(text, sequence, sequence.value[-1] if sequence.value else None, item)
    return _on_its_own_line(text, sequence.value[-1], sequence.start_mark.column, f"- {item}")


def _in_brackets(text: str, collection: Any, last: Any, added: str) -> str:
    at = collection.end_mark.index - 1 if last is None else last.end_mark.index
    return text[:at] + ("" if last is None else ", ") + added + text[at:]


def _on_its_own_line(text: str, last: Any, column: int, added: str) -> str:
    """After the line on which `last` ends, whatever comment stands there."""
    while not getattr(last, "flow_style", True) and last.value:  # a block ends where its last part does
        last = last.value[-1][1] if _is(last, "MappingNode") else last.value[-1]
    inside = last.end_mark.index - (last.end_mark.column == 0)  # a text of several lines ends where the next begins
    end = text.find("\n", inside)
    before, after = (text, "") if end < 0 else (text[:end], text[end:])
    return f"{before}\n{' ' * column}{added}{after}"


def _is(node: Any, kind: str) -> bool:
    return type(node).__name__ == kind


def _quoted(text: str) -> str:
    """YAML's double quotes take what JSON's do."""
    return json.dumps(text, ensure_ascii=False)


def entry_text(text: str, app_id: str) -> str:
    """The app's entry as it is written. Raises `LimenError` where it is not in the usual form."""
    start, end = _span(text, app_id)
    return text[start:end]


def with_entry(text: str, app_id: str, entry: str) -> str:
    """apps.yaml with this text in place of the app's entry."""
    start, end = _span(text, app_id)
    return text[:start] + entry.replace("\r\n", "\n").strip("\n") + "\n" + text[end:]


def without_entry(text: str, app_id: str) -> str:
    """apps.yaml without the app, and without the empty line after it; `[]` where it was the last one."""
    start, end = _span(text, app_id)
    left = text[:start] + text[end:].removeprefix("\n")
    has_more = any(line.startswith("- ") for line in left.split("\n"))
    return left if has_more else f"{left.rstrip()}\n\n[]\n"


def _span(text: str, app_id: str) -> tuple[int, int]:
    """From the dash of the app's entry to the end of its last line."""
    entry = _entry(text, app_id)
    start = text.rfind("\n", 0, entry.start_mark.index) + 1
    if (
        entry.flow_style
        or text[start:].split("\n", 1)[0][:2] != "- "
        or text[start + 2 : entry.start_mark.index].strip()
    ):
        raise LimenError("apps.yaml is written in a way that can't be changed automatically", _BY_HAND)
    lines, end = text[start:].split("\n"), 1
    last = end
    while end < len(lines) and (not lines[end].strip() or lines[end][0] in " \t"):
        end += 1
        if lines[end - 1].strip():
            last = end
    return start, min(len(text), start + sum(len(line) + 1 for line in lines[:last]))
