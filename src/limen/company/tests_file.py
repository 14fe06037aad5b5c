"""`policies/tests.yaml`: what the company expects of its policies, in words a person can check."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from ipaddress import ip_address
from itertools import product
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, create_model

from limen.cedar import EvaluationError
from limen.cedar.literals import CONSTRUCTORS
from limen.clock import MINUTE, Milliseconds
from limen.company.folder import TESTS
from limen.configuration.problem import DECLARE_GROUP, Problem, shown, unknown
from limen.configuration.shape import listed, shaped_in_part
from limen.configuration.tree import Tree
from limen.facts import ACTIONS, CHECKS, LIMEN, Label
from limen.facts.facts import Plain
from limen.policy import Effect, Named
from limen.policy.attribute import Attribute, Kind
from limen.policy.attribute_table import Table
from limen.policy.attributes import ATTRIBUTES
from limen.policy.expectations import Expectation
from limen.policy.hypothetical import SOME_TUESDAY, Hypothetical
from limen.printable import is_printable

NOBODY: Final = "nobody"
MOST_TESTS: Final = 5_000


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, use_attribute_docstrings=True)


class _Given(_Shape):
    """The facts that a test supposes."""

    strength: Annotated[int, Field(ge=0, le=3)] = 2
    """How strongly the person proved who they are: 0 nothing, 1 one factor, 2 two, 3 phishing-resistant."""
    proved: str = "1m"
    """How long ago that was: `30m`, `4h`, `2d`."""
    at: str = SOME_TUESDAY
    """The moment, in the company's time zone: `2026-11-24 22:00`."""
    device: Literal["compliant", "non_compliant", "unknown", ""] = ""
    """What is known of the device; "" is no known device at all."""
    token: bool = False
    """Whether a program asks with a token, rather than somebody in a browser."""
    managed: bool = False
    """Whether the company manages the device."""
    binding: Annotated[int, Field(ge=0, le=4)] = 0
    """How firmly the session is tied to the device."""
    platform: str = ""
    """The device's system, as policies name it."""
    passing: list[Annotated[str, Field(pattern=f"^({'|'.join(CHECKS)})$")]] = []
    """The checks that the device passes."""
    country: Annotated[str, Field(pattern=r"^([A-Z]{2})?$")] = ""
    """Where the request comes from, by two letters (ISO 3166); "" is not known."""
    address: str = ""
    """The address it comes from."""
    network: str = ""
    """The name of one of the company's networks."""
    anonymiser: bool = True
    """Whether it may come through an anonymising service; that is so until the contrary is known."""
    risk: Annotated[int, Field(ge=0, le=100)] | Literal["unknown"] = 0
    """The risk, 0 calm to 100; not said, nothing speaks against them. `unknown` reads as 100."""
    grant: str = ""
    """For how long from then a grant lasts; "" is no grant."""
    label: Literal["public", "internal", "confidential", "restricted"] | None = None
    """The app's label, where it is to be another than its own."""
    document: Literal["public", "internal", "confidential", "restricted"] | None = None
    """The label of a document in the app that is asked for; not said, the app itself is."""


class _Test(_Shape):
    """What the company expects. `policies/tests.yaml` is a list of these."""

    test: Annotated[str, Field(min_length=1, max_length=200)]
    """The expectation as a sentence."""
    who: list[str] | str
    """A group, several that one person is in, or `nobody` for somebody who is not signed in."""
    app: list[str] | str
    """An app, or several, each tried."""
    action: list[str] | str
    """An action, or several, each tried."""
    expect: Literal["permit", "challenge", "deny"]
    """The answer."""
    given: _Given = _Given()
    """What is supposed (see `given` below)."""
    because: str = ""
    """The policy that must be the reason, or a named refusal such as `nothing-permits`."""
    enforcing: list[str] | str = []
    """Policies that are watched or off, and are supposed to be enforced."""


@lru_cache(4)
def _shape_of(table: Table) -> type[_Test]:
    """A test, whose `given` has a key for each attribute without one of its own: `device_encrypted`."""
    keys = {row.key: (_type_of(row), Field(default=None, description=_told(row))) for row in table.loose.values()}
    given = create_model("_Given", __base__=_Given, __doc__=_Given.__doc__, **keys)  # type: ignore[call-overload]
    more = {"given": (given, Field(default=given(), description=_Test.model_fields["given"].description))}
    return create_model("_Test", __base__=_Test, __doc__=_Test.__doc__, **more)  # type: ignore[call-overload,no-any-return]


def test_shape() -> type[BaseModel]:
    """What a test may say, with what the parts of Limen have declared."""
    return _shape_of(ATTRIBUTES.table)


def _type_of(row: Attribute) -> Any:
    match row.kind:
        case Kind.BOOL:
            return bool | None
        case Kind.NUMBER:
            return Annotated[int, Field(ge=row.least, le=None if row.is_open else row.greatest)] | None
        case Kind.CHOICE:
            return Literal[row.choices] | None
        case Kind.SET:
            return list[str] | None
    return str | None


def _told(row: Attribute) -> str:
    ago = "how long ago it was, as `30m` or `2d`" if row.kind is Kind.INSTANT else "if omitted, it is unknown"
    return f"What policies read as `{row.cedar}`; {ago}."


_AS_GIVEN: Final = _Given.model_fields.keys() - {"proved", "grant", "label", "document"}
"""What a test supposes as it is written; the others are read first."""
_STAND_INS: Final = {"test": "?", "who": NOBODY, "app": LIMEN, "action": "view", "expect": "permit"}


def read_tests(
    tree: Tree, groups: set[str] | None, apps: set[str] | None, policies: set[str] | None
) -> tuple[tuple[Expectation, ...], list[Problem]]:
    """Every expectation, and every problem. `groups`, `apps` and `policies` are None if not known."""
    entries, problems = listed(tree, TESTS, MOST_TESTS, "tests", ("start each one with `- test: …`", "remove some"))
    found: list[Expectation] = []
    for number, entry in enumerate(entries):
        reader = _Reader(tree, number, groups, None if apps is None else apps | {LIMEN}, policies)
        found += reader.read(entry)
        problems += reader.problems
    return tuple(found), problems


class _Reader:
    """Reads one test, and collects what is wrong with it."""

    def __init__(
        self, tree: Tree, number: int, groups: set[str] | None, apps: set[str] | None, policies: set[str] | None
    ) -> None:
        self.problems: list[Problem] = []
        self._tree = tree
        self._number = number
        self._groups = groups
        self._apps = apps
        self._policies = policies

    def read(self, entry: Any) -> list[Expectation]:
        shape, self.problems = shaped_in_part(
            _shape_of(ATTRIBUTES.table), entry, self._tree, TESTS, (self._number,), _STAND_INS
        )
        if shape is None:
            return []
        if not is_printable(shape.test):
            self._wrong(("test",), f"{shown(shape.test)} contains characters that can't be displayed", "remove them")
        groups = self._who(shape.who)
        supposed = self._supposed(shape.given)
        apps = self._words("app", shape.app, self._apps)
        actions = self._words("action", shape.action, set(ACTIONS))
        reasons = (self._policies or set()) | set(Named)
        if shape.because and self._policies is not None and shape.because not in reasons:
            self._wrong(("because",), *unknown("policy", shape.because, reasons, "give a policy's @id"))
        enforced = tuple(self._words("enforcing", shape.enforcing, self._policies, "policy"))
        if self.problems or supposed is None:
            return []
        label = None if shape.given.label is None else Label[shape.given.label.upper()]
        line, _ = self._tree.at(self._number)
        return [
            Expectation(
                shape.test, groups, app, action, supposed, Effect(shape.expect), shape.because, line, enforced, label
            )
            for app, action in product(apps, actions)
        ]

    def _wrong(self, path: tuple[str | int, ...], what: str, fix: str) -> None:
        self.problems.append(Problem(TESTS, *self._tree.at(self._number, *path), what, fix))

    def _who(self, who: list[str] | str) -> frozenset[str] | None:
        if who == NOBODY:
            return None
        groups = [who] if isinstance(who, str) else who
        for place, group in enumerate(groups):
            if self._groups is not None and group not in self._groups:
                path: tuple[str | int, ...] = ("who",) if isinstance(who, str) else ("who", place)
                self._wrong(path, *unknown("group", group, {*self._groups, NOBODY}, DECLARE_GROUP))
        return frozenset(groups)

    def _words(self, key: str, said: list[str] | str, known: set[str] | None, noun: str = "") -> list[str]:
        words = [said] if isinstance(said, str) else said
        for place, word in enumerate(words):
            if known is not None and word not in known:
                path: tuple[str | int, ...] = (key,) if isinstance(said, str) else (key, place)
                self._wrong(path, *unknown(noun or key, word, known))
        return words

    def _supposed(self, given: _Given) -> Hypothetical | None:
        proved = self._length("proved", given.proved)
        grant = self._length("grant", given.grant) if given.grant else 0
        try:
            datetime.fromisoformat(given.at)
        except ValueError:
            self._wrong(
                ("given", "at"), f"{shown(given.at)} is not a valid date and time", "write it as 2026-11-24 22:00"
            )
        if given.address:
            try:
                ip_address(given.address)
            except ValueError:
                self._wrong(
                    ("given", "address"), f"{shown(given.address)} is not an IP address", "write it as 192.0.2.7"
                )
        more = tuple(self._more(given))
        if self.problems:
            return None
        plain = {key: value for key, value in given.model_dump().items() if key in _AS_GIVEN}
        plain |= {"passing": tuple(given.passing), "risk": None if given.risk == "unknown" else given.risk}
        document = None if given.document is None else Label[given.document.upper()]
        return Hypothetical(**plain, proved=proved, grant=grant, more=more, document=document)

    def _more(self, given: _Given) -> Iterator[tuple[str, Plain]]:
        for path, row in ATTRIBUTES.table.loose.items():
            said = getattr(given, row.key, None)
            if row.kind is Kind.INSTANT and said is not None:
                said = self._length(row.key, said)
            if said is not None:
                yield path, tuple(sorted(said)) if isinstance(said, list) else said

    def _length(self, key: str, text: str) -> Milliseconds:
        try:
            return read_length(text)
        except ValueError as error:
            self._wrong(("given", key), str(error), "write it as 30m, 4h or 2d")
            return MINUTE


def read_length(text: str) -> Milliseconds:
    """`30m`, `4h`, `1d12h`: a length of time as Cedar writes it, not negative. Raises ValueError."""
    length = -1
    try:
        value = CONSTRUCTORS["duration"](text)
    except EvaluationError:
        value = None
    if isinstance(value, int):
        length = int(value)
    if length < 0:
        raise ValueError(f"{shown(text)} is not a valid duration")
    return length
