"""YAML as plain data with positions. Only the plain part of YAML is taken: no anchors, aliases, tags or merges.

Runs in the parsing child.
"""

from __future__ import annotations

from typing import Any, Final

from limen.configuration.tree import Written

MAX_DEPTH: Final = 24
MAX_PARTS: Final = 100_000


class TextError(Exception):
    """The text can't be taken; where, what, and what to do."""

    def __init__(self, line: int, column: int, what: str, fix: str = "") -> None:
        super().__init__(what)
        self.line, self.column, self.what, self.fix = line, column, what, fix


def read_yaml(text: str) -> Written:
    """The one document in `text`. Raises `TextError`."""
    from ruamel.yaml import YAML  # noqa: PLC0415 -- heavy, and only the child needs it
    from ruamel.yaml.error import MarkedYAMLError, YAMLError  # noqa: PLC0415

    reader: Any = YAML(typ="safe", pure=True)
    try:
        _guard(reader.parse(text))
        node = reader.compose(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        said = (error.problem or error.context or "it can't be read").splitlines()[0]
        raise TextError(
            mark.line + 1, mark.column + 1, f"this is not valid YAML: {said}", "check indentation and quotes"
        ) from None
    except YAMLError as error:
        said = str(error).splitlines()[0]
        raise TextError(1, 1, f"this is not valid YAML: {said}", "check indentation and quotes") from None
    return [1, 1, None] if node is None else _read(node)


def _guard(events: Any) -> None:
    """Refuses what is deep, endless or clever before anything is built from it."""
    depth = parts = documents = 0
    for event in events:
        kind = type(event).__name__
        line, column = event.start_mark.line + 1, event.start_mark.column + 1
        if kind == "AliasEvent" or getattr(event, "anchor", None):
            raise TextError(line, column, "anchors and aliases are not supported here", "write it out")
        if kind in {"ScalarEvent", "MappingStartEvent", "SequenceStartEvent"}:
            parts += 1
            if _tag_of(event):
                raise TextError(line, column, "tags are not supported here", "use the plain value")
        depth += kind.endswith("StartEvent") and kind not in {"StreamStartEvent", "DocumentStartEvent"}
        depth -= kind in {"MappingEndEvent", "SequenceEndEvent"}
        documents += kind == "DocumentStartEvent"
        if depth > MAX_DEPTH:
            raise TextError(line, column, f"this nests deeper than {MAX_DEPTH} levels", "flatten it")
        if parts > MAX_PARTS:
            raise TextError(line, column, f"there are more than {MAX_PARTS} values here", "split the file")
        if documents > 1:
            raise TextError(line, column, "there is a second document here", "remove the `---`")


def _tag_of(event: Any) -> str:
    tag = getattr(event, "ctag", None) or getattr(event, "tag", None)
    return "" if tag is None or str(tag) == "None" else str(tag)


def _read(node: Any) -> Written:
    line, column = node.start_mark.line + 1, node.start_mark.column + 1
    kind = type(node).__name__
    if kind == "SequenceNode":
        return [line, column, [_read(part) for part in node.value]]
    if kind != "MappingNode":
        return [line, column, _scalar(node, line, column)]
    mapping: dict[str, Any] = {}
    for key, value in node.value:
        key_line, key_column = key.start_mark.line + 1, key.start_mark.column + 1
        if type(key).__name__ != "ScalarNode" or key.value == "<<":
            raise TextError(key_line, key_column, "a key must be a plain word", "write it out")
        if key.value in mapping:
            raise TextError(key_line, key_column, f"`{key.value[:40]}` appears twice", "remove one of them")
        mapping[key.value] = [key_line, key_column, _read(value)]
    return [line, column, mapping]


def _scalar(node: Any, line: int, column: int) -> Any:
    """YAML 1.2's core schema; a date stays the text it was."""
    text = node.value
    match str(node.tag).rsplit(":", 1)[-1]:
        case "null":
            return None
        case "bool":
            return text.lower() == "true"
        case "int" if len(text) <= 20:
            try:
                return int(text.replace("_", ""), 0 if text.lstrip("+-")[:2].lower() in {"0x", "0o", "0b"} else 10)
            except ValueError:
                return text
        case "int":
            raise TextError(line, column, "this number is too long", "shorten it")
        case "float":
            try:
                return float(text)
            except ValueError:
                return text
    return text
