"""Cedar text cut into policies, each parsed by itself, so that every complaint has a line and a column.

Runs in the parsing child: the parser underneath ends its process on hostile nesting.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from limen.cedar import CedarError, PolicySet, TemplateError
from limen.cedar.json_text import loads

MAX_NESTING: Final = 60
MAX_LINKS: Final = 200
"""How many `.`, `[…]` and signs of arithmetic may be chained: as many as the compiler takes."""
MAX_POLICY: Final = 500_000
"""The longest policy, in characters."""

_TOKEN: Final = re.compile(
    r"""(?P<blank>\s+|//[^\n\r]*)|(?P<text>"(?:[^"\\]|\\.)*")|(?P<word>[A-Za-z_][A-Za-z0-9_]*|[0-9]+)"""
    r"""|(?P<sign>::|==|!=|<=|>=|&&|\|\||[()\[\]{},;@<>+\-*!.:?=%/|&])|(?P<bad>.)""",
    re.DOTALL,
)
_END: Final = re.compile(r""""(?:[^"\\]|\\.)*"|//[^\n\r]*|(?P<end>;)""", re.DOTALL)
_UNSEEN: Final = re.compile("[\u202a-\u202e\u2066-\u2069]")
"""Characters that change the order in which text is shown, so that a policy looks different from what it does."""
SEARCHED: Final = 1_000_000
"""How many characters are parsed at most to find where the parser stumbled, in tries of ever less text."""
_STRANGE: Final = re.compile(r"""[^\s\w"()\[\]{},;@<>+\-*!.:?=%/|&]|[^\x00-\x7f]""")
_LINKS: Final = frozenset({".", "[", "+", "-", "*", "::"})
_NAMED: Final = re.compile(r"`([^`]+)`|: ([A-Za-z_]\w*)$")
_FIXES: Final = (
    ("end of input", "a policy ends with `;`"),
    ("policy effect", "a policy starts with permit or forbid"),
    ("is missing the", "write (principal, action, resource)"),
    ("invalid variable", "policies can use principal, action, resource and context"),
    ("duplicate annotation", "remove one of them"),
    ("valid function", "use ip, decimal, datetime or duration"),
    ("invalid token", "close the quote, or remove the character"),
    ("expected an entity uid", 'write it as Group::"name"'),
    ("multiple relational", "put one of them in ( )"),
)


@dataclass(frozen=True, slots=True)
class Piece:
    """One policy's text, from its first token to its `;`, and where in the file it starts."""

    text: str
    offset: int
    tokens: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class Found:
    """Something wrong at a position of the file."""

    offset: int
    what: str
    fix: str = ""


def ends(text: str) -> Iterator[int]:
    """Where the policies of a file end. It costs little, however many there are."""
    for match in _END.finditer(text):
        if match.lastgroup:
            yield match.start()


def unseen(text: str) -> Iterator[Found]:
    """Characters that make a policy look different from what it does, also in comments and strings."""
    for match in _UNSEEN.finditer(text):
        what = f"the character {_visible(match[0])} here makes the policy look different from what it does"
        yield Found(match.start(), what, "remove it")


def pieces(text: str) -> Iterator[Piece]:
    """The policies of a file. `;` occurs nowhere in Cedar but at the end of a policy.

    What is too long to be one is the last: nothing is read behind it.
    """
    tokens: list[tuple[int, str]] = []
    for match in _TOKEN.finditer(text):
        if match.lastgroup == "blank":
            continue
        tokens.append((match.start(), match[0]))
        if match[0] == ";":
            yield _piece(text, tokens)
            tokens = []
        elif match.end() - tokens[0][0] > MAX_POLICY:
            break
    if tokens:
        yield _piece(text, tokens)


def _piece(text: str, tokens: list[tuple[int, str]]) -> Piece:
    start = tokens[0][0]
    end = tokens[-1][0] + len(tokens[-1][1])
    return Piece(text[start:end], start, tuple((at - start, token) for at, token in tokens))


def _too_long(piece: Piece) -> Found:
    """Where one quoted text is most of the policy, it is named by the place where it begins."""
    what = f"this policy is longer than {MAX_POLICY} characters"
    at, longest = max(piece.tokens, key=lambda one: len(one[1]))
    if len(longest) > MAX_POLICY // 2:
        return Found(piece.offset + at, f"{what}, {len(longest)} of them in the text that begins here", "shorten it")
    return Found(piece.offset, what, "split it")


def refused_outright(piece: Piece) -> Found | None:
    """What must not reach the parser: text that is too long, nests too deeply, or holds characters unknown to Cedar."""
    if len(piece.text) > MAX_POLICY:
        return _too_long(piece)
    # One number for each open bracket: how many `if`, `!` and `-` hang on what stands there now.
    # And another: how many members and signs of arithmetic hang on each other.
    levels, total, links = [0], 0, [0]
    for at, sign in piece.tokens:
        if sign in _LINKS:
            links[-1] += 1
            if links[-1] > MAX_LINKS:
                what = f"more than {MAX_LINKS} attributes or arithmetic operators are chained here"
                return Found(piece.offset + at, what, "split the policy")
        if sign in {"(", "[", "{"}:
            levels.append(0)
            links.append(0)
        elif sign in {")", "]", "}"} and len(levels) > 1:
            total -= levels.pop()
            links.pop()
        elif sign in {"if", "!", "-"}:
            levels[-1] += 1
            total += 1
        elif sign in {"&&", "||", ","}:
            total -= levels[-1]
            levels[-1] = links[-1] = 0
        elif sign == '"':
            return Found(piece.offset + at, "this text is never closed", 'add the closing "')
        elif _STRANGE.fullmatch(sign):
            return Found(piece.offset + at, f"`{_visible(sign)}` is not valid in Cedar", "remove it")
        if len(levels) - 1 + total > MAX_NESTING:
            return Found(piece.offset + at, f"this nests deeper than {MAX_NESTING} levels", "split the policy")
    return None


def _visible(sign: str) -> str:
    return sign if sign.isprintable() else f"U+{ord(sign):04X}"


def parse(piece: Piece, to_json: Callable[[str], str]) -> dict[str, Any] | Found:
    """Cedar's JSON form of one policy, or what is wrong with it."""
    try:
        text = to_json(piece.text)
    except ValueError as error:
        return _located(piece, str(error), to_json)
    try:
        (policy,) = PolicySet.from_json(loads(text))
    except TemplateError:
        at = next((at for at, sign in piece.tokens if sign == "?"), 0)
        return Found(
            piece.offset + at, "this is a template", "write out each policy: ?principal and ?resource are not supported"
        )
    except (CedarError, ValueError) as error:
        return Found(piece.offset, f"this can't be used: {error}"[:200], "write one policy, and split it if it is long")
    return policy.to_json()


def _located(piece: Piece, message: str, to_json: Callable[[str], str]) -> Found:
    fix = next((fix for words, fix in _FIXES if words in message), "")
    return Found(piece.offset + _offset(piece, message, to_json), f"this is not valid Cedar: {message}", fix)


def _offset(piece: Piece, message: str, to_json: Callable[[str], str]) -> int:
    if "end of input" in message:
        return piece.tokens[-1][0]
    if message.startswith("unexpected token"):
        return _first_refused(piece, message.split("`")[1] if "`" in message else "", to_json)
    named = _NAMED.search(message)
    return word_at(piece, next((one for one in named.groups() if one), "")) if named else 0


def word_at(piece: Piece, word: str) -> int:
    """Where `word` (or a short path such as `context.a`) first stands in the policy; 0 if nowhere."""
    for at, token in piece.tokens:
        if token == word:
            return at
    return max(piece.text.find(word), 0) if word else 0


def _first_refused(piece: Piece, named: str, to_json: Callable[[str], str]) -> int:
    """Where the `named` token is that the parser stumbles over.

    With too few tokens it says that the text ends too early, so the first refusal of another kind is at the token, or,
    as the parser recovers and reads on, a little after it.
    """
    low, high, left = 0, len(piece.tokens) - 1, SEARCHED
    while low < high and left > 0:
        middle = (low + high) // 2
        at, token = piece.tokens[middle]
        left -= at + 1
        try:
            to_json(piece.text[: at + len(token)])
            is_refused = False
        except ValueError as error:
            is_refused = "end of input" not in str(error)
        low, high = (low, middle) if is_refused else (middle + 1, high)
    if low < high:  # no more searching: the first such token in what is left
        return next((at for at, token in piece.tokens[low:high] if token == named), piece.tokens[low][0])
    before = [at for at, token in piece.tokens[: low + 1] if token == named]
    return before[-1] if before else piece.tokens[low][0]
