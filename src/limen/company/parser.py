"""The child process in which text from people is parsed: `python -m limen.company.parser`, run by `child.py`.

It takes a JSON order on standard input and writes JSON lines: before each risky step what it is about to do, at the
end what it found. Memory, processor time and open files are limited first; if it dies, the last line says over what.
"""

from __future__ import annotations

import json
import re
import resource
import sys
import threading
from typing import Any, Final

MEMORY: Final = 1 << 30
SECONDS: Final = 10
STACK: Final = 400_000_000
"""The parser underneath recurses over long chains of `||`; a chain of ten thousand fits."""
MAX_ORDER: Final = 64_000_000
MOST_PROBLEMS: Final = 50
"""How many complaints about one file are worth reading."""

_OF_TYPE: Final = re.compile(r" on entity type `(\w+)`")
_IN_CONTEXT: Final = " in context for Action::"

Problem = dict[str, Any]


def main() -> None:
    _limit()
    threading.stack_size(STACK)
    work = threading.Thread(target=_work)
    work.start()
    work.join()


def _work() -> None:
    order = json.loads(sys.stdin.buffer.read(MAX_ORDER))
    skipped = {(name, index) for name, index in order["skip"]}
    files = {one["name"]: _read(one["name"], one["text"], order["schema"], skipped) for one in order["files"]}
    _say({"files": files})


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (32, 32))


def _say(line: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def _read(name: str, text: str, schema: str, skipped: set[tuple[str, int]]) -> dict[str, Any]:
    if (name, -1) in skipped:
        return {"problems": [], "tree": None, "policies": []}
    _say({"at": [name, -1]})
    if name.endswith(".cedar"):
        return _read_cedar(name, text, schema, skipped)
    from limen.company.toml_text import read_toml  # noqa: PLC0415 -- after the limits
    from limen.company.yaml_text import TextError, read_yaml  # noqa: PLC0415

    try:
        return {"problems": [], "tree": read_toml(text) if name.endswith(".toml") else read_yaml(text)}
    except TextError as error:
        return {"problems": [_problem(error.line, error.column, error.what, error.fix)], "tree": None}


def _read_cedar(name: str, text: str, schema: str, skipped: set[tuple[str, int]]) -> dict[str, Any]:
    import cedarpy  # noqa: PLC0415 -- the one process that may

    from limen.company.cedar_text import Found, parse, pieces, refused_outright  # noqa: PLC0415

    problems: list[Problem] = []
    policies: list[dict[str, Any]] = []
    for index, piece in enumerate(pieces(text)):
        if (name, index) in skipped:
            continue
        line, column = _position(text, piece.offset)
        body: dict[str, Any] | Found | None = refused_outright(piece)
        if body is None:
            _say({"at": [name, index, line, column]})
            body = parse(piece, cedarpy.policies_to_json_str)
        if isinstance(body, Found):
            problems.append(_problem(*_position(text, body.offset), body.what, body.fix))
            if len(problems) >= MOST_PROBLEMS:
                break
            continue
        complaints = _validate(piece, cedarpy.validate_policies, schema, text)
        problems += complaints
        policies.append({"text": piece.text, "line": line, "column": column, "body": body, "fits": not complaints})
    return {"problems": problems[:MOST_PROBLEMS], "policies": policies}


_SCHEMAS: dict[str, Any] = {}


def _validate(piece: Any, validate: Any, schema: str, text: str) -> list[Problem]:
    """What the schema has against a policy, each complaint once.

    Cedar repeats it for every action that the policy covers, and for every type of thing.
    """
    import cedarpy  # noqa: PLC0415 -- the one process that may

    from limen.company.cedar_text import word_at  # noqa: PLC0415

    if schema not in _SCHEMAS:
        _SCHEMAS[schema] = cedarpy.Schema.from_str(schema)
    found: dict[str, Problem] = {}
    lacking: dict[str, list[str]] = {}
    for error in validate(piece.text, _SCHEMAS[schema]).errors:
        what, word = _plainly(error.error)
        if of_type := _OF_TYPE.search(what):
            what = _OF_TYPE.sub("", what)
            lacking.setdefault(what, []).append(of_type[1])
        line, column = _position(text, piece.offset + word_at(piece, word))
        found.setdefault(what, _problem(line, column, what, _mend(what, word, schema)))
    if len(found) > 1:
        # Said once more about the same slip, and it helps nobody.
        found = {what: one for what, one in found.items() if "unable to find an applicable action" not in what}
    for what, types in lacking.items():
        found[what]["what"] = f"{what} in {', '.join(sorted(set(types)))}"
    return list(found.values())


def _plainly(message: str) -> tuple[str, str]:
    """Cedar's complaint without its position words, and the word in the text that it is about."""
    said = message.split("`, ", 1)[1] if message.startswith("for policy `") else message
    said = said.split(_IN_CONTEXT, 1)[0] + " not found in context" if _IN_CONTEXT in said else said
    name = said.split("`")[1] if said.count("`") >= 2 else ""
    word = name.split('::"', 1)
    return f"this does not fit the schema: {said}", f'"{word[1]}' if len(word) == 2 else name.rsplit(".", 1)[-1]


def _mend(what: str, word: str, schema: str) -> str:
    """The word of the schema that was most likely meant."""
    from limen.company.problem import did_you_mean  # noqa: PLC0415 -- after the limits

    if "unrecognized action" in what:
        known = re.findall(r"[a-z_]+", " ".join(re.findall(r"^action ([^{]*?) appliesTo", schema, re.MULTILINE)))
    elif "attribute" in what:
        known = re.findall(r"\b([a-z_]+)\??:", schema)
    elif "entity type" in what:
        known = re.findall(r"^entity (\w+)", schema, re.MULTILINE)
    else:
        return ""
    return did_you_mean(word.strip('"'), known, "see the schema with `limen check --schema`")


def _position(text: str, offset: int) -> tuple[int, int]:
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)


def _problem(line: int, column: int, what: str, fix: str) -> Problem:
    return {"line": line, "column": column, "what": what, "fix": fix}


if __name__ == "__main__":
    main()
