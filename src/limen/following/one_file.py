"""A program for machines as one file, which an administrator can read before running it as root.

Such a program is a package of modules. They import the standard library, each other and `limen.following.program`, and
nothing else. Their text is put together as it stands, each module after those that it imports, below one list of
imports. So a name at the top of a module means one thing in the whole program. The same modules give the same bytes.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Final

_SOURCES: Final = Path(__file__).resolve().parents[2]
_SHARED: Final = "limen.following.program."
_LINE: Final = "# " + "-" * 118
_HEAD: Final = '''#!/usr/bin/python3 -I
"""{about}"""

from __future__ import annotations

{imports}
'''
_MODULE: Final = """

{line}
# {name}: {about}
{line}


{text}
"""
_END: Final = """

if __name__ == "__main__":
    raise SystemExit(main())
"""


@lru_cache
def one_file(main: str) -> str:
    """The text of a program. `main` is the dotted name of the module whose function `main` begins it, and whose
    docstring says how the program is called.

    Raises ValueError where the file could mean something else than the modules do: for a name that two of them have,
    and for an import that is not of the standard library or of the program.
    """
    program = _Program(main.rpartition(".")[0])
    program.add(main)
    head = _HEAD.format(about=program.modules[-1].docstring, imports="\n".join(program.imports()))
    texts = (_MODULE.format(line=_LINE, name=one.name, about=one.about, text=one.text) for one in program.modules)
    return head + "".join(texts) + _END


@dataclass(frozen=True)
class _Module:
    """`text` is what comes after the imports."""

    name: str
    docstring: str
    text: str

    @property
    def about(self) -> str:
        return self.docstring.splitlines()[0]


@dataclass
class _Program:
    """The modules in their order, and what they import. `package` is the program's own."""

    package: str
    modules: list[_Module] = field(default_factory=list)
    _added: set[str] = field(default_factory=set)
    _imported: set[str] = field(default_factory=set)
    _taken_from: dict[str, set[str]] = field(default_factory=dict)
    _owners: dict[str, str] = field(default_factory=dict)

    def add(self, name: str) -> None:
        """A module, after those that it imports."""
        if name in self._added:
            return
        self._added.add(name)
        source = _SOURCES.joinpath(*name.split(".")).with_suffix(".py").read_text("utf-8")
        docstring, *body = ast.parse(source).body
        imports = [one for one in body if isinstance(one, ast.Import | ast.ImportFrom)]
        if body[: len(imports)] != imports:
            raise ValueError(f"{name} imports after its first line of code")
        for one in imports:
            self._import(name, one)
        for made in _made(body):
            self._own(made, name)
        last: ast.stmt = imports[-1] if imports else docstring
        text = "\n".join(source.splitlines()[last.end_lineno or 0 :])
        self.modules.append(_Module(name, _text_of(docstring), text.strip("\n")))

    def imports(self) -> list[str]:
        """The lines, sorted."""
        some = [f"from {module} import {', '.join(sorted(names))}" for module, names in self._taken_from.items()]
        return [*(f"import {module}" for module in sorted(self._imported)), *sorted(some)]

    def _import(self, importer: str, one: ast.Import | ast.ImportFrom) -> None:
        """Raises ValueError for what machines don't have, and for what is called otherwise in this module alone."""
        if any(alias.asname for alias in one.names):
            raise ValueError(f"{importer} imports something by another name")
        modules = [alias.name for alias in one.names] if isinstance(one, ast.Import) else [one.module or ""]
        for module in modules:
            if module == "__future__":
                continue
            if isinstance(one, ast.ImportFrom) and module.startswith((_SHARED, f"{self.package}.")):
                self.add(module)
            elif module.partition(".")[0] not in sys.stdlib_module_names:
                raise ValueError(f"{importer} imports {module or 'its own package'}, which machines don't have")
            elif isinstance(one, ast.Import):
                self._imported.add(module)
                self._own(module.partition(".")[0], "the standard library")
            else:
                for alias in one.names:
                    self._taken_from.setdefault(module, set()).add(alias.name)
                    self._own(alias.name, module)

    def _own(self, name: str, owner: str) -> None:
        if self._owners.setdefault(name, owner) != owner:
            raise ValueError(f"{name} is a name of {self._owners[name]} and of {owner}")


def _text_of(docstring: ast.stmt) -> str:
    """Raises ValueError where a module says nothing of itself."""
    if isinstance(docstring, ast.Expr) and isinstance(docstring.value, ast.Constant):
        return str(docstring.value.value)
    raise ValueError("a module of a program begins with a docstring")


def _made(body: list[ast.stmt]) -> Iterator[str]:
    """The names that a module makes, at the top."""
    for one in body:
        if isinstance(one, ast.FunctionDef | ast.ClassDef):
            yield one.name
        targets = one.targets if isinstance(one, ast.Assign) else [one.target] if isinstance(one, ast.AnnAssign) else []
        for target in targets:
            yield from (each.id for each in ast.walk(target) if isinstance(each, ast.Name))
