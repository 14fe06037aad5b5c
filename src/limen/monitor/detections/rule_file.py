"""A file of rules: Sigma, and what Limen adds below `custom`. Whatever is wrong is named with its line, all of it.

pySigma parses what a rule asks for; it is used as a parser only, of data that were read here, and is never let near
the network: its data of MITRE, its plug-ins and its pipelines are not imported.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, cast, get_args

from sigma.correlations import SigmaCorrelationCondition, SigmaCorrelationRule
from sigma.exceptions import SigmaError
from sigma.policy import SigmaPolicy
from sigma.policy.regex_engine import RegexEngine
from sigma.rule import SigmaRule

from limen.clock import DAY, SECOND
from limen.configuration.problem import Problem, did_you_mean, shown
from limen.monitor.detections.condition import UnsupportedError, node_of
from limen.monitor.detections.documents import Document, DocumentError, read_documents
from limen.monitor.detections.event_view import key_of
from limen.monitor.detections.hit import Level
from limen.monitor.detections.regular_expressions import RegularError, compiled
from limen.monitor.detections.rule import About, Correlation, Entity, Examples, Kind, Rule
from limen.monitor.detections.tree import And, How, Or, Order, Text, depth, flat, size

MAX_TESTS: Final = 20_000
"""So many values a rule may compare with."""
MAX_CONDITION: Final = 4_000
MAX_PARENTHESES: Final = 8
"""How deep a condition may nest: its parser's time doubles with each level."""
MAX_NESTING: Final = 60
MAX_SPAN: Final = 31 * DAY
MAX_COUNT: Final = 5_000
MAX_TEXT: Final = 2_000
"""Of a sentence, in characters."""
_LIMEN: Final = frozenset(
    ("confidence", "entity", "sentence", "sentence_de", "next_step", "next_step_de", "response", "budget_us")
) | {"explained_by_passkey"}
_REFERENCE: Final = re.compile(r"[\w.:-]{1,120}")


@dataclass(frozen=True, slots=True)
class RuleFile:
    """What a file holds. The rules that are wrong are missing; each is in `problems`."""

    rules: tuple[Rule, ...]
    correlations: tuple[Correlation, ...]
    problems: tuple[Problem, ...]


def problems_of(file: str, text: str) -> list[Problem]:
    """All that is wrong with a file of rules: what the child that parses the company folder asks."""
    return list(read_rules(file, text).problems)


class _Regular(RegexEngine):
    """The expressions that pySigma compiles to see whether they are any; RE2 as here, and quiet."""

    def compile(self, pattern: str, flags: int = 0) -> Any:
        letters = "".join(letter for flag, letter in _FLAGS.items() if flags & flag)
        return compiled(f"(?{letters}){pattern}" if letters else pattern)

    @property
    def error(self) -> type[Exception]:
        return RegularError


_FLAGS: Final = {re.IGNORECASE: "i", re.MULTILINE: "m", re.DOTALL: "s"}
_POLICY: Final = SigmaPolicy(regex_engine=_Regular())


class _WrongError(ValueError):
    """What is wrong with a rule: where in its document, what, and what to do."""

    def __init__(self, path: tuple[str | int, ...], what: str, fix: str = "") -> None:
        super().__init__(what)
        self.path, self.what, self.fix = path, what, fix


def read_rules(file: str, text: str) -> RuleFile:
    """The rules in `text`, and all that is wrong with it. Never raises because of what the text holds."""
    rules: list[Rule] = []
    correlations: list[Correlation] = []
    problems: list[Problem] = []
    try:
        documents = read_documents(text)
    except DocumentError as error:
        return RuleFile((), (), (Problem(file, error.line, error.column, error.what, error.fix),))
    for document in documents:
        try:
            if "correlation" in document.value:
                correlations.append(_correlation(file, document))
            else:
                rules.append(_rule(file, document))
        except _WrongError as error:
            problems.append(Problem(file, *document.at(*error.path), f"{_called(document)}: {error.what}", error.fix))
        except RecursionError:
            problems.append(Problem(file, *document.at(), f"{_called(document)}: it nests too deeply", "flatten it"))
    return RuleFile(tuple(rules), tuple(correlations), tuple(problems))


def _called(document: Document) -> str:
    title = document.value.get("title")
    return f"rule {shown(title)}" if isinstance(title, str) and title else "a rule without a title"


# What it says of itself


def _about(file: str, document: Document) -> About:
    value = document.value
    if value.get("action") is not None or "filter" in value:
        raise _WrongError(("action",), "collections and filters of Sigma are not supported", "write each rule out")
    title = value.get("title")
    if not isinstance(title, str) or not title.strip():
        raise _WrongError(("title",), "it has no title", "write `title:`")
    level = value.get("level", "medium")
    if level not in set(Level):
        raise _WrongError(("level",), f"there is no level {shown(level)}", did_you_mean(str(level), set(Level)))
    custom = value.get("custom") or {}
    if not isinstance(custom, dict):
        raise _WrongError(("custom",), "`custom` must be a mapping", "write `limen:` and `tests:` below it")
    return About(
        id=_id(value),
        title=title.strip(),
        name=_word(value.get("name")),
        file=file,
        line=document.at("title")[0],
        level=Level(level),
        tags=tuple(str(one)[:100].lower() for one in _list(value, "tags")),
        author=str(value.get("author") or "")[:MAX_TEXT],
        description=str(value.get("description") or "")[:MAX_TEXT],
        false_positives=tuple(str(one)[:MAX_TEXT] for one in _list(value, "falsepositives")),
        examples=_examples(custom),
        **_limen(custom),
    )


def _id(value: Mapping[str, Any]) -> str:
    written = value.get("id")
    try:
        return str(uuid.UUID(str(written)))
    except ValueError:
        raise _WrongError(("id",), "its id is not a UUID", "write `id:` with a UUID of its own") from None


def _word(written: Any) -> str:
    if written is None:
        return ""
    if not isinstance(written, str) or not _REFERENCE.fullmatch(written):
        raise _WrongError(("name",), f"{shown(written)} can't be a rule's name", "use letters, digits, `_` and `-`")
    return written


def _list(value: Mapping[str, Any], key: str) -> list[Any]:
    written = value.get(key) or []
    if not isinstance(written, list):
        raise _WrongError((key,), f"`{key}` must be a list", "write each on a line with `-`")
    return written[:100]


def _limen(custom: Mapping[str, Any]) -> dict[str, Any]:
    """What is below `custom.limen`, as `About` has it."""
    written = custom.get("limen") or {}
    if not isinstance(written, dict):
        raise _WrongError(("custom", "limen"), "`limen` must be a mapping", "write `confidence:` and others below it")
    for key, value in written.items():
        where = ("custom", "limen", str(key))
        if key not in _LIMEN:
            raise _WrongError(where, f"there is no key {shown(key)}", did_you_mean(str(key), _LIMEN))
        if key in {"confidence", "budget_us"}:
            most = 100 if key == "confidence" else 10_000
            if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= most:
                raise _WrongError(where, f"`{key}` is a whole number from 1 to {most}")
        elif key == "explained_by_passkey":
            if not isinstance(value, bool):
                raise _WrongError(where, f"`{key}` is true or false")
        elif not isinstance(value, str) or len(value) > MAX_TEXT:
            raise _WrongError(where, f"`{key}` must be a text of at most {MAX_TEXT} characters")
    entities = [one for one in get_args(Entity) if one]
    if written.get("entity", "person") not in entities:
        entity = written["entity"]
        where = ("custom", "limen", "entity")
        raise _WrongError(where, f"there is no entity {shown(entity)}", did_you_mean(entity, entities))
    return dict(written)


def _examples(custom: Mapping[str, Any]) -> Examples:
    written = custom.get("tests") or {}
    known = ("positive", "negative")
    if not isinstance(written, dict) or not all(isinstance(written.get(one) or [], list) for one in known):
        raise _WrongError(("custom", "tests"), "`tests` must hold the lists `positive` and `negative`")
    for key in written:
        if key not in known:
            raise _WrongError(("custom", "tests", str(key)), f"there is no key {shown(key)}", did_you_mean(key, known))
    return Examples(tuple(written.get("positive") or ()), tuple(written.get("negative") or ()))


# What it asks for


def _rule(file: str, document: Document) -> Rule:
    about = _about(file, document)
    detection = document.value.get("detection")
    if not isinstance(detection, dict) or not isinstance(document.value.get("logsource"), dict):
        raise _WrongError(("detection",), "it has no `logsource` or no `detection`", "write both, as Sigma has them")
    _bound(detection.get("condition"))
    parsed = _parsed(SigmaRule, document, ("detection",))
    try:
        nodes = [node_of(condition.parsed) for condition in parsed.detection.parsed_condition]
    except UnsupportedError as error:
        raise _WrongError(("detection",), f"{error} is not supported", "say it in another way") from None
    except Exception as error:  # noqa: BLE001 -- pySigma raises its own and Python's, of texts from anybody
        raise _WrongError(("detection", "condition"), _said(error)) from None
    of_source = _source_of(document.value["logsource"])
    node = flat(Or(tuple(nodes)))
    if of_source:
        node = flat(And((Text("source", How.EQUALS, of_source.lower()), node)))
    if size(node) > MAX_TESTS or depth(node) > MAX_NESTING:
        raise _WrongError(("detection",), f"it compares with more than {MAX_TESTS} values", "split it")
    source = parsed.logsource
    return Rule(
        about=about,
        product=(source.product or "").lower(),
        category=(source.category or "").lower(),
        service=(source.service or "").lower(),
        source=of_source,
        node=node,
    )


def _source_of(written: Mapping[str, Any]) -> str:
    """Which source of `monitor.yaml` it is about ("": any); Limen's own addition to Sigma's `logsource`."""
    named = written.get("source", "")
    if not isinstance(named, str) or (named and not _REFERENCE.fullmatch(named)):
        raise _WrongError(("logsource", "source"), f"{shown(named)} is no source", "write its name in monitor.yaml")
    return named


def _bound(condition: Any) -> None:
    """Refuses a condition that its parser would need too long for."""
    for text in condition if isinstance(condition, list) else [condition]:
        where = ("detection", "condition")
        if not isinstance(text, str):
            raise _WrongError(where, "it has no `condition`", "say which selections must hold")
        if len(text) > MAX_CONDITION:
            raise _WrongError(where, f"its condition is longer than {MAX_CONDITION} characters", "split it")
        deep = deepest = 0
        for char in text:
            deep += (char == "(") - (char == ")")
            deepest = max(deep, deepest)
        if deepest > MAX_PARENTHESES or text.count("not ") > 40:
            raise _WrongError(where, f"its condition nests deeper than {MAX_PARENTHESES} levels", "split it")


def _parsed(kind: Any, document: Document, path: tuple[str, ...]) -> Any:
    plain = {key: value for key, value in document.value.items() if key != "custom"}
    if isinstance(asked := plain.get("logsource"), dict) and asked.get("source"):
        plain["logsource"] = {"service": "", **asked}  # it names a source, which is enough for us and not for Sigma
    try:
        return kind.from_dict(plain, policy=_POLICY)
    except Exception as error:  # noqa: BLE001 -- pySigma raises its own and Python's, of texts from anybody
        raise _WrongError(path, _said(error)) from None


def _said(error: Exception) -> str:
    if isinstance(error, RecursionError):
        return "it nests too deeply"
    said = str(error).splitlines()[0][:300] if str(error) else type(error).__name__
    return said if isinstance(error, SigmaError) else f"Sigma can't read it ({type(error).__name__}: {said})"


# What it counts


def _correlation(file: str, document: Document) -> Correlation:
    about = _about(file, document)
    parsed: SigmaCorrelationRule = _parsed(SigmaCorrelationRule, document, ("correlation",))
    kind = parsed.type.name.lower()
    if kind not in get_args(Kind):
        where = ("correlation", "type")
        raise _WrongError(
            where, f"a correlation of the type {kind} is not supported", did_you_mean(kind, get_args(Kind))
        )
    condition = parsed.condition
    if not isinstance(condition, SigmaCorrelationCondition) or parsed.rules is None:
        raise _WrongError(("correlation", "condition"), "a condition in words is not supported", "write `gte:`")
    if isinstance(condition.fieldref, list):
        raise _WrongError(("correlation", "condition"), "several fields to count are not supported", "write one")
    span_ms = parsed.timespan.seconds * SECOND
    if span_ms > MAX_SPAN:
        raise _WrongError(("correlation", "timespan"), "it spans more than 31 days", "write a shorter time")
    order = Order(condition.op.name.lower())
    if order not in {Order.GTE, Order.GT, Order.EQ} or not 1 <= condition.count <= MAX_COUNT:
        what = f"only `gte`, `gt` and `eq` of 1 to {MAX_COUNT} are supported"
        raise _WrongError(("correlation", "condition"), what, "what is missing can't be seen in what comes")
    return Correlation(
        about=about,
        kind=cast("Kind", kind),
        rules=tuple(str(one.reference) for one in parsed.rules),
        span_ms=span_ms,
        group_by=tuple(key_of(one) for one in parsed.group_by or ()),
        order=order,
        count=condition.count,
        field=key_of(condition.fieldref) if condition.fieldref else "",
        aliases=dict(_aliases(parsed)),
        is_shown=parsed.generate is True,
    )


def _aliases(parsed: SigmaCorrelationRule) -> Iterator[tuple[str, dict[str, str]]]:
    for alias in parsed.aliases:
        yield key_of(alias.alias), {str(one.reference): key_of(field) for one, field in alias.mapping.items()}
