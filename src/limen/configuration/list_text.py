"""A YAML text with one item more in a list of it, one less, or one changed, with one entry more, or another value of an
entry: not a letter of the rest is touched.

Whoever changes a text so has it read again, as any file of the folder is.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from limen.errors import LimenError

_PLAIN: Final = re.compile(r"[a-z][a-z0-9-]*|[0-9]{1,4}[mhd]|[0-9]{4}-[0-9]{2}-[0-9]{2}")
"""What needs no quotes: names, lengths and days."""
_WORD: Final = re.compile(r"[a-z][a-z0-9_-]*")
"""What needs no quotes as a key."""
_WORDS: Final = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})
"""What YAML 1.1 or 1.2 takes for something else than a text."""


def with_item(text: str, file: str, section: str, item: Mapping[str, Any]) -> str:
    """The text with this item after all others of the list `section`, which is begun where there is none. Its values
    are texts, numbers, flags, and lists and mappings of them. Raises LimenError where the text can't be read, or has no
    place for it.
    """
    return _with(text, file, section, _is_block_list, "\n\n", lambda column: _lines(item, column))


def with_entry(text: str, file: str, section: str, name: str, entry: Mapping[str, Any]) -> str:
    """The text with this entry after all others of the mapping `section`, as `with_item`. Raises LimenError also where
    there is one of that name.
    """
    whole = _composed(text, file)
    found: Any = next((node for at, node in whole.value if at.value == section), None) if whole is not None else None
    if type(found).__name__ == "MappingNode" and any(at.value == name for at, _ in found.value):
        raise LimenError(f"{file} has {name} in {section} already", "choose another name")
    return _with(text, file, section, _is_block_mapping, "\n", lambda at: f"{' ' * at}{said(name)}: {said(entry)}")


def without_item(text: str, file: str, section: str, key: str, value: str) -> str:
    """The text without the item whose `key` is this, and the lines that it stands in. Raises LimenError."""
    found = _list(text, file, section)
    item = _item(found, file, section, key, value)
    start, end = text.rfind("\n", 0, item.start_mark.index) + 1, _end_of_line(text, item)
    if len(found.value) == 1:
        return f"{text[:start]}{' ' * found.start_mark.column}[]{text[end:]}"
    return text[:start] + text[end + 1 :]


def changed_item(text: str, file: str, section: str, key: str, value: str, changed: Mapping[str, Any]) -> str:
    """The text in which the item whose `key` is this has other values for some of its keys. Raises LimenError."""
    for name, new in changed.items():
        item = _item(_list(text, file, section), file, section, key, value)
        old = next((node for at, node in item.value if at.value == name), None)
        if old is None:
            raise _by_hand(file, section)
        text = f"{text[: old.start_mark.index]}{said(new)}{text[_last_letter(text, old) :]}"
    return text


def with_value(text: str, file: str, section: str, name: str, key: str, *, value: Any) -> str:
    """The text in which the entry `name` of the mapping `section` has this value, in place of its own if it has one.

    Raises LimenError.
    """
    whole = _composed(text, file)
    entries: Any = next((node for at, node in whole.value if at.value == section), None) if whole is not None else None
    if type(entries).__name__ != "MappingNode":
        raise _by_hand(file, section)
    found = next((node for at, node in entries.value if at.value == name), None)
    if found is None:
        raise LimenError(f"{file} has no {name} in {section} any more", "look at the page again")
    if type(found).__name__ != "MappingNode" or not found.value:
        raise _by_hand(file, section)
    old = next((node for at, node in found.value if at.value == key), None)
    if old is not None:
        return f"{text[: old.start_mark.index]}{said(value)}{text[_last_letter(text, old) :]}"
    end, first = _last_letter(text, found.value[-1][1]), found.value[0][0]
    if found.flow_style:
        return f"{text[:end]}, {key}: {said(value)}{text[end:]}"
    line = text.find("\n", end)
    line = len(text) if line < 0 else line
    return f"{text[:line]}\n{' ' * first.start_mark.column}{key}: {said(value)}{text[line:]}"


def _with(
    text: str, file: str, section: str, is_fit: Callable[[Any], bool], gap: str, lines: Callable[[int], str]
) -> str:
    """The text with `lines`, which begin at a column, at the end of the section: behind a `gap` from what is there."""
    whole = _composed(text, file)
    if whole is None or not any(key.value == section for key, _ in whole.value):
        before = text.rstrip("\n")
        return f"{before}\n\n{section}:\n{lines(2)}\n" if before else f"{section}:\n{lines(2)}\n"
    name, found = next((key, value) for key, value in whole.value if key.value == section)
    if not is_fit(found):
        if found.value not in ([], "", "null", "~"):
            raise _by_hand(file, section)
        colon = text.index(":", name.end_mark.index) + 1
        return f"{text[:colon]}\n{lines(2)}{text[found.end_mark.index if found.value != '' else colon :]}"
    end = _end_of_line(text, found)
    return f"{text[:end]}{gap}{lines(found.start_mark.column)}{text[end:]}"


def _list(text: str, file: str, section: str) -> Any:
    whole = _composed(text, file)
    found = next((value for key, value in whole.value if key.value == section), None) if whole is not None else None
    if found is None or not _is_block_list(found):
        raise _by_hand(file, section)
    return found


def _item(found: Any, file: str, section: str, key: str, value: str) -> Any:
    for item in found.value:
        if type(item).__name__ == "MappingNode" and any(
            at.value == key and node.value == value for at, node in item.value
        ):
            return item
    raise LimenError(f"{file} has no {value} in {section} any more", "look at the page again")


def _is_block_list(node: Any) -> bool:
    return type(node).__name__ == "SequenceNode" and not node.flow_style


def _is_block_mapping(node: Any) -> bool:
    return type(node).__name__ == "MappingNode" and not node.flow_style


def _composed(text: str, file: str) -> Any:
    """The mapping that the text is, with the place of each of its parts; None where it says nothing."""
    from ruamel.yaml import YAML  # noqa: PLC0415 -- heavy, and only this needs it
    from ruamel.yaml.error import YAMLError  # noqa: PLC0415

    reader: Any = YAML(typ="safe", pure=True)
    try:
        whole = reader.compose(text)
    except YAMLError:
        raise LimenError(f"{file} can't be read", "run `limen check`") from None
    if whole is not None and type(whole).__name__ != "MappingNode":
        raise LimenError(f"{file} is written in a way that nothing can be added to", f"change {file} by hand")
    return whole


def _by_hand(file: str, section: str) -> LimenError:
    return LimenError(
        f"the {section} of {file} are written in a way that can't be changed here", f"change {file} by hand"
    )


def _end_of_line(text: str, node: Any) -> int:
    """Where the last line of a node ends, with a comment that stands behind it."""
    end = _last_letter(text, node)
    newline = text.find("\n", end)
    return len(text) if newline < 0 else newline


def _last_letter(text: str, node: Any) -> int:
    """Where what it says ends: a block's own end lies behind the comments that follow it, or in the next line."""
    if type(node).__name__ == "ScalarNode" or node.flow_style or not node.value:
        return len(text[: node.end_mark.index].rstrip())
    last = node.value[-1]
    return _last_letter(text, last[1] if isinstance(last, tuple) else last)


def _lines(item: Mapping[str, Any], column: int) -> str:
    """The item of a list that begins at this column."""
    pairs = [f"{key}: {said(value)}" for key, value in item.items()]
    return "\n".join(f"{' ' * column}{'  ' if place else '- '}{one}" for place, one in enumerate(pairs))


def said(value: Any) -> str:
    """The value in one line of YAML, quoted where it could be read as anything but itself."""
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{key_text(key)}: {said(one)}' for key, one in value.items())}}}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(said, value))}]"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str) and not (_PLAIN.fullmatch(value) and value not in _WORDS):
        return _quoted(value)
    return str(value)


def key_text(key: Any) -> str:
    """The key of a mapping, quoted where it could be read as anything but itself."""
    text = str(key)
    return text if _WORD.fullmatch(text) and text not in _WORDS else _quoted(text)


def _quoted(text: str) -> str:
    """In double quotes, whose escapes are JSON's and more. YAML also breaks lines at letters that JSON leaves as they
    are, such as U+0085 and U+2028: line breaks of YAML 1.1.
    """
    said = json.dumps(text, ensure_ascii=False)
    return "".join(one if one.isprintable() else f"\\U{ord(one):08x}" for one in said)
