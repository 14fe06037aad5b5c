"""The YAML of rule files as plain data that knows its lines: several documents a file, bounded, nothing clever in it.

Read by libyaml, since a folder may hold thousands. YAML 1.1, as everybody reads Sigma.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import yaml

MAX_LENGTH: Final = 1_000_000
MAX_DEPTH: Final = 24
MAX_PARTS: Final = 50_000
MAX_DOCUMENTS: Final = 50


class DocumentError(ValueError):
    """The text can't be read; where, and what to do."""

    def __init__(self, line: int, column: int, what: str, fix: str) -> None:
        super().__init__(what)
        self.line, self.column, self.what, self.fix = line, column, what, fix


@dataclass(frozen=True, slots=True)
class Document:
    """One mapping of a file. `node` is what it was read from, for the lines."""

    value: dict[str, Any]
    node: yaml.MappingNode

    def at(self, *path: str | int) -> tuple[int, int]:
        """Line and column of the key at the end of `path`, or of its last part that there is."""
        node: yaml.Node = self.node
        mark = node.start_mark
        for step in path:
            if isinstance(node, yaml.MappingNode):
                found = next(((key, value) for key, value in node.value if key.value == step), None)
                if found is None:
                    break
                mark, node = found[0].start_mark, found[1]
            elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
                node = node.value[step]
                mark = node.start_mark
            else:
                break
        return mark.line + 1, mark.column + 1


def read_documents(text: str) -> list[Document]:
    """The mappings in `text`, in their order; empty documents are left out. Raises DocumentError."""
    if len(text) > MAX_LENGTH:
        raise DocumentError(1, 1, f"this is longer than {MAX_LENGTH} characters", "split the file")
    try:
        _guard(text)
        loader = yaml.CSafeLoader(text)
        try:
            documents = []
            while loader.check_node():
                node = loader.get_node()
                if node is None or (isinstance(node, yaml.ScalarNode) and not node.value):
                    continue
                documents.append(_read(loader, node))
            return documents
        finally:
            loader.dispose()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        said = (error.problem or error.context or "it can't be read").splitlines()[0]
        raise DocumentError(line, column, f"this is not valid YAML: {said}", "check indentation and quotes") from None
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        if isinstance(error, DocumentError):
            raise
        said = str(error).splitlines()[0] if str(error) else "it can't be read"
        raise DocumentError(1, 1, f"this is not valid YAML: {said}", "check indentation and quotes") from None


def _guard(text: str) -> None:
    """Refuses what is deep, endless or clever before anything is built from it."""
    depth = parts = documents = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        mark: Any = event.start_mark
        line, column = mark.line + 1, mark.column + 1
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise DocumentError(line, column, "anchors and aliases are not supported here", "write it out")
        parts += isinstance(event, yaml.NodeEvent)
        documents += isinstance(event, yaml.DocumentStartEvent)
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_DEPTH:
            raise DocumentError(line, column, f"this nests deeper than {MAX_DEPTH} levels", "flatten it")
        if parts > MAX_PARTS:
            raise DocumentError(line, column, f"there are more than {MAX_PARTS} values here", "split the file")
        if documents > MAX_DOCUMENTS:
            raise DocumentError(line, column, f"there are more than {MAX_DOCUMENTS} rules here", "split the file")


def _read(loader: Any, node: yaml.Node) -> Document:
    line, column = node.start_mark.line + 1, node.start_mark.column + 1
    if not isinstance(node, yaml.MappingNode):
        raise DocumentError(line, column, "a rule is a mapping", "begin with `title:`")
    _refuse_doubles(node)
    value = loader.construct_document(node)
    if not all(isinstance(key, str) for key in value):
        raise DocumentError(line, column, "a key here is not a word", "write the names of Sigma")
    return Document(value, node)


def _refuse_doubles(node: yaml.Node) -> None:
    """A key that stands twice would silently lose what it said first."""
    if isinstance(node, yaml.SequenceNode):
        for part in node.value:
            _refuse_doubles(part)
    if not isinstance(node, yaml.MappingNode):
        return
    seen: set[str] = set()
    for key, value in node.value:
        mark = key.start_mark
        if not isinstance(key, yaml.ScalarNode):
            raise DocumentError(mark.line + 1, mark.column + 1, "a key must be a plain word", "write it out")
        if key.value in seen:
            what = f"`{key.value[:40]}` appears twice"
            raise DocumentError(mark.line + 1, mark.column + 1, what, "remove one of them")
        seen.add(key.value)
        _refuse_doubles(value)
