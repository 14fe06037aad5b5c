"""What pydantic found wrong in a file's shape, as problems with positions and words that help."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from limen.configuration.problem import Problem, did_you_mean, shown
from limen.configuration.tree import Tree

M = TypeVar("M", bound=BaseModel)

_WANTED = {
    "string_type": "a text",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "list_type": "a list",
    "tuple_type": "a list",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
    "path_type": "a path",
    "ip_v4_network": "a network such as 10.0.0.0/8",
    "ip_v6_network": "a network such as fd00::/8",
}
_WRITTEN = {
    r"^\d{1,4}(m|h|d)$": "write a length of time, such as 30m, 12h or 14d",
    r"^2\d{3}-\d{2}-\d{2}$": "write a day, such as 2026-12-31",
    r"^([01][0-9]|2[0-3]):[0-5][0-9]$": "write a time of day, such as 02:30",
}
"""How a value is written that has to match such a pattern."""


def listed(tree: Tree, file: str, most: int, what: str, fixes: tuple[str, str]) -> tuple[list[Any], list[Problem]]:
    """The entries of a file that is a list of at most `most` of these, or why it is none.

    `fixes`: how an entry is begun, and what to do with too many.
    """
    entries = tree.plain()
    if not isinstance(entries, list | None):
        return [], [Problem(file, *tree.at(), f"this must be a list of {what}", fixes[0])]
    if entries and len(entries) > most:
        return [], [Problem(file, *tree.at(), f"there are more than {most} {what}", fixes[1])]
    return entries or [], []


def shaped_in_part(
    model: type[M], body: Any, tree: Tree, file: str, above: tuple[str | int, ...], stand_ins: Mapping[str, Any]
) -> tuple[M | None, list[Problem]]:
    """What is right of `body`, so that one mistake does not hide the next, and everything that is wrong with it.

    What is wrong is left out, or is its stand-in where the model needs it; None where nothing is left to read.
    """
    mended = copy.deepcopy(body)
    problems: list[Problem] = []
    while True:
        try:
            return model.model_validate(mended), problems
        except ValidationError as error:
            problems = problems or list(_problems(model, error, tree, file, above))
            wrong = [_path(one, tree, above)[len(above) :] for one in _worth_telling(error.errors(include_url=False))]
        before = copy.deepcopy(mended)
        for path in wrong:
            _leave_out(mended, path, stand_ins)
        if mended == before:
            return None, problems


def _leave_out(body: Any, path: tuple[str | int, ...], stand_ins: Mapping[str, Any]) -> None:
    """Remove what stands at `path`; a list as a whole, so that the places of its other parts stay true."""
    here, holder = body, [(body, path[0])] if path else []
    for step, following in pairwise(path):
        if isinstance(here, dict):
            here = here.get(step)
        elif isinstance(here, list) and isinstance(step, int):
            here = here[step]
        holder.append((here, following))
    while holder:
        inner, key = holder.pop()
        if isinstance(inner, dict) and key in inner:
            del inner[key]
            break
    if isinstance(body, dict) and path and path[0] in stand_ins:
        body.setdefault(path[0], copy.deepcopy(stand_ins[str(path[0])]))


def _problems(
    model: type[BaseModel], error: ValidationError, tree: Tree, file: str, above: tuple[str | int, ...]
) -> Iterable[Problem]:
    told: set[tuple[int, int]] = set()
    for one in _worth_telling(error.errors(include_url=False, include_context=True)):
        path = _path(one, tree, above)
        name = ".".join(str(part) for part in path[len(above) :])
        line, column = tree.at(*path)
        match one["type"]:
            case "missing":
                what, fix = f"`{name}` is missing", "add it"
            case "extra_forbidden":
                line, column = tree.key_at(*path)
                fix = did_you_mean(str(path[-1]), _fields(model, path[len(above) : -1]))
                what = f"unknown key `{name}`"
            case kind if kind in _WANTED:
                what, fix = f"`{name}` must be {_WANTED[kind]}, not {shown(one['input'])}", ""
            case "string_pattern_mismatch":
                what = f"`{name}` can't be {shown(one['input'])}"
                fix = _WRITTEN.get(one["ctx"]["pattern"], "use lowercase letters, digits, `-` and `.`")
            case _:
                what, fix = f"`{name}`, which is {shown(one['input'])}, is not valid: {one['msg']}", ""
        if one["type"] in {"missing", "extra_forbidden"}:
            yield Problem(file, line, column, what, fix)
        elif (line, column) not in told:
            # A union complains once for each of its kinds.
            told.add((line, column))
            yield Problem(file, line, column, what, fix)


def _worth_telling(errors: list[ErrorDetails]) -> list[ErrorDetails]:
    """Without "this is no text" where the value was meant as the mapping that another error is about."""
    return [one for one in errors if not (one["type"] == "string_type" and isinstance(one["input"], dict))] or errors


def _path(error: ErrorDetails, tree: Tree, above: tuple[str | int, ...]) -> tuple[str | int, ...]:
    """Where in the file an error is: pydantic's place, without the names it gives to the members of a union."""
    path = list(above)
    *parts, last = error["loc"] or ("",)
    for part in parts:
        if tree.holds(*path, part):
            path.append(part)
    if tree.holds(*path, last) or error["type"] == "missing":
        path.append(last)
    return tuple(path)


def _fields(model: type[BaseModel], path: tuple[str | int, ...]) -> list[str]:
    """The keys that are known at the end of `path`."""
    here: Any = model
    for part in path:
        if isinstance(part, int):
            continue
        field = getattr(here, "model_fields", {}).get(part)
        here = _model_in(field.annotation) if field is not None else None
    return sorted(field.alias or name for name, field in getattr(here, "model_fields", {}).items())


def _model_in(annotation: Any) -> Any:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for one in getattr(annotation, "__args__", ()) if (found := _model_in(one)) is not None), None)
