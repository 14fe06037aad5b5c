"""The child process in which text from people is parsed: `python -m limen.company.parser`, run by `child.py`.

It takes a JSON order on standard input and writes JSON lines: before each risky step what it is about to do, at the
end what it found. Memory, processor time and open files are limited first; if it dies, the last line says over what.
"""

from __future__ import annotations

import gc
import json
import re
import signal
import sys
import threading
from typing import TYPE_CHECKING, Any, Final

from limen import confinement

if TYPE_CHECKING:
    from limen.company.cedar_text import Piece

MEMORY: Final = 1 << 30
SECONDS: Final = 30
"""Of processor time: on a slow machine whose processor others share, 100,000 values take ten."""
STACK: Final = 400_000_000
"""The parser underneath recurses over long chains of `||`; a chain of ten thousand fits."""
MAX_ORDER: Final = 64_000_000
RECURSION: Final = 200_000
"""So deep may JSON nest before a loop reads it instead of the standard reader, which is faster; `STACK` holds it."""
ONE_SECONDS: Final = 5.0
"""The same for one policy by itself, however legal it is: ten thousand alternatives take two there."""
SMALL: Final = 20_000
"""Policies up to this many characters are parsed many at a time; a longer one alone, to be named if it kills."""
TOGETHER: Final = 50
"""How many small policies are parsed in one go."""
MOST_POLICIES: Final = 10_000
MOST_PROBLEMS: Final = 50
"""How many complaints about one file are worth reading."""
MOST_IN_ALL: Final = 200
LONGEST_WHAT: Final = 300
"""The longest complaint, in characters: Cedar repeats a literal of any length."""

_OF_TYPE: Final = re.compile(r" on entity type `(\w+)`")
_IN_CONTEXT: Final = " in context for Action::"

Problem = dict[str, Any]


def main() -> None:
    _limit()
    gc.disable()  # the process ends before collecting garbage would pay
    sys.setrecursionlimit(RECURSION)
    threading.stack_size(STACK)
    work = threading.Thread(target=_work)
    work.start()
    work.join()


def _work() -> None:
    order = json.loads(sys.stdin.buffer.read(MAX_ORDER))
    reading = _Reading(order["schema"], {(name, index) for name, index in order["skip"]}, set(order.get("singly", ())))
    _say(
        {
            "files": {
                one["name"]: reading.read(one["name"], one["text"], one.get("parser", "")) for one in order["files"]
            }
        }
    )


def _limit() -> None:
    confinement.limit(memory=MEMORY, cpu_seconds=SECONDS)


def _say(line: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


class _Reading:
    """Reads file after file, and stops once there are more problems than anybody corrects at once."""

    def __init__(self, schema: str, skipped: set[tuple[str, int]], singly: set[str]) -> None:
        self._schema = schema
        self._skipped = skipped
        self._singly = singly
        self._policies = 0
        self._problems = 0

    def read(self, name: str, text: str, parser: str = "") -> dict[str, Any]:
        if (name, -1) in self._skipped:
            return {"problems": [], "tree": None, "policies": []}
        _say({"at": [name, -1]})
        if parser:
            file = _read_by_part(parser, name, text)
            self._problems += len(file["problems"])
            return file
        if name.endswith(".cedar"):
            file = self._read_cedar(name, text)
            self._problems += len(file["problems"])
            return file
        from limen.company.json_text import read_json  # noqa: PLC0415 -- after the limits
        from limen.company.toml_text import read_toml  # noqa: PLC0415
        from limen.company.yaml_text import TextError, read_yaml  # noqa: PLC0415

        try:
            if name.endswith(".json"):
                return {"problems": [], "tree": None, "plain": read_json(text)}
            return {"problems": [], "tree": read_toml(text) if name.endswith(".toml") else read_yaml(text)}
        except TextError as error:
            return {"problems": [_problem(error.line, error.column, error.what, error.fix)], "tree": None}

    def _read_cedar(self, name: str, text: str) -> dict[str, Any]:
        from limen.company.cedar_text import ends, pieces, refused_outright, unseen  # noqa: PLC0415 -- after the limits

        if self._problems >= MOST_IN_ALL:
            what = f"this file was not read: there are already {self._problems} problems"
            return {"problems": [_problem(1, 1, what, "fix those first")], "policies": []}
        problems = [_problem(*_position(text, at.offset), at.what, at.fix) for at in unseen(text)][:MOST_PROBLEMS]
        for end in ends(text):
            self._policies += 1
            if self._policies > MOST_POLICIES:
                what = f"there are more than {MOST_POLICIES} policies"
                return {"problems": [_problem(*_position(text, end), what, "merge some of them")], "policies": []}
        taken: list[tuple[int, Piece]] = []
        for index, piece in enumerate(pieces(text)):
            if (name, index) in self._skipped:
                continue
            if found := refused_outright(piece):
                problems.append(_problem(*_position(text, found.offset), found.what, found.fix))
                if len(problems) >= MOST_PROBLEMS:
                    break
            else:
                taken.append((index, piece))
        policies, more = self._parse(name, text, taken, MOST_PROBLEMS - len(problems))
        return {"problems": (problems + more)[:MOST_PROBLEMS], "policies": policies}

    def _parse(
        self, name: str, text: str, taken: list[tuple[int, Piece]], most: int
    ) -> tuple[list[dict[str, Any]], list[Problem]]:
        """The policies that can be parsed, and what is wrong with others, until there are `most` problems."""
        policies: list[dict[str, Any]] = []
        problems: list[Problem] = []
        where = _Lines(text)
        for start in range(0, len(taken), TOGETHER):
            batch = taken[start : start + TOGETHER]
            few = [] if name in self._singly else [piece for _, piece in batch if len(piece.text) <= SMALL]
            together = _parse_together(few, self._schema)
            for index, piece in batch:
                if len(problems) >= most:
                    return policies, problems
                line, column = where.position(piece.offset)
                body = together.get(piece.offset)
                complaints: list[Problem] = []
                if body is None:
                    _say({"at": [name, index, line, column]})
                    body, complaints = _alone(piece, self._schema, text)
                    problems += complaints
                if body is not None:
                    fits = not complaints
                    policies.append({"text": piece.text, "line": line, "column": column, "body": body, "fits": fits})
        return policies, problems


def _read_by_part(parser: str, name: str, text: str) -> dict[str, Any]:
    """What the part that reads such files finds wrong with it; `parser` is its own word, never the folder's."""
    from importlib import import_module  # noqa: PLC0415 -- after the limits

    module, function = parser.split(":")
    found = getattr(import_module(module), function)(name, text)
    problems = [_problem(one.line, one.column, one.what, one.fix) for one in found[:MOST_PROBLEMS]]
    return {"problems": problems, "tree": None, "is_right": not problems}


def _parse_together(few: list[Piece], schema: str) -> dict[int, dict[str, Any]]:
    """The JSON forms, by their offsets, of the policies without errors: parsing many at once takes half the time.

    Where something is, the policy is left out here: parsed alone, it is told where and what.
    """
    import cedarpy  # noqa: PLC0415 -- the one process that may

    from limen.cedar import CedarError, Policy  # noqa: PLC0415 -- after the limits
    from limen.cedar.json_text import loads  # noqa: PLC0415

    if not few:
        return {}
    text = "\n".join(piece.text for piece in few)
    try:
        bodies = loads(cedarpy.policies_to_json_str(text))["staticPolicies"]
        wrong = {error.policy_id for error in cedarpy.validate_policies(text, _schema(schema)).errors}
        if len(bodies) != len(few) or not wrong <= bodies.keys():  # a template among them, or nobody's complaint
            return {}
        return {
            piece.offset: Policy.from_json(name, bodies[name]).to_json()
            for name, piece in ((f"policy{number}", piece) for number, piece in enumerate(few))
            if name not in wrong
        }
    except (CedarError, ValueError):
        return {}


def _alone(piece: Piece, schema: str, text: str) -> tuple[dict[str, Any] | None, list[Problem]]:
    """One policy's JSON form, if it has one, and what is wrong with it."""
    import cedarpy  # noqa: PLC0415 -- the one process that may

    from limen.company.cedar_text import Found, parse  # noqa: PLC0415 -- after the limits

    signal.setitimer(signal.ITIMER_PROF, ONE_SECONDS)  # its signal ends the process
    body = parse(piece, cedarpy.policies_to_json_str)
    if isinstance(body, Found):
        return None, [_problem(*_position(text, body.offset), body.what, body.fix)]
    complaints = _validate(piece, cedarpy.validate_policies, schema, text)
    signal.setitimer(signal.ITIMER_PROF, 0)
    return body, complaints


_SCHEMAS: dict[str, Any] = {}


def _schema(text: str) -> Any:
    import cedarpy  # noqa: PLC0415 -- the one process that may

    if text not in _SCHEMAS:
        _SCHEMAS[text] = cedarpy.Schema.from_str(text)
    return _SCHEMAS[text]


def _validate(piece: Any, validate: Any, schema: str, text: str) -> list[Problem]:
    """The schema errors of a policy, each once.

    Cedar repeats it for every action that the policy covers, and for every type of thing.
    """
    from limen.company.cedar_text import word_at  # noqa: PLC0415 -- after the limits

    found: dict[str, Problem] = {}
    lacking: dict[str, list[str]] = {}
    for error in validate(piece.text, _schema(schema)).errors:
        what, word = _plainly(error.error)
        if of_type := _OF_TYPE.search(what):
            what = _OF_TYPE.sub("", what)
            lacking.setdefault(what, []).append(of_type[1])
        line, column = _position(text, piece.offset + word_at(piece, word))
        found.setdefault(what, _problem(line, column, what, _mend(what, word, schema)))
    if len(found) > 1:
        # It repeats the other error in words that help nobody.
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
    return f"this doesn't match the schema: {said}", f'"{word[1]}' if len(word) == 2 else name.rsplit(".", 1)[-1]


def _mend(what: str, word: str, schema: str) -> str:
    """The word of the schema that was most likely meant."""
    from limen.configuration.problem import did_you_mean  # noqa: PLC0415 -- after the limits

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


class _Lines:
    """Lines and columns of ascending offsets, each counted on from the one before."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._line = 1

    def position(self, offset: int) -> tuple[int, int]:
        self._line += self._text.count("\n", self._at, offset)
        self._at = offset
        return self._line, offset - self._text.rfind("\n", 0, offset)


def _problem(line: int, column: int, what: str, fix: str) -> Problem:
    what = what if len(what) <= LONGEST_WHAT else what[: LONGEST_WHAT - 1] + "…"
    return {"line": line, "column": column, "what": what, "fix": fix}


if __name__ == "__main__":
    main()
