"""Random rules of Sigma and events, and the plainest evaluator of such rules: it reads the rule as it is written.

It shares nothing with what it judges: no parser, no tree, Python's `re` in place of RE2, each rule held against each
event.
"""

from __future__ import annotations

import ipaddress
import json
import operator
import re
import uuid
from random import Random
from typing import Any

from limen.monitor.normal_form.event import PATHS, NormalEvent

WORDS = ["cmd", "CMD.exe", "-enc", "C:\\Temp\\", "a*b", "who?", "ΑΣ", "ΣΑ", "Éa", "ſet", "set", "İ", "", "admin", "99"]
FIELDS = ["user", "actor.user.name", "Host", "Image", "COMMANDLINE", "Number", "SourceIp", "Flag"]
PATTERNS = ["c.d", "^cmd", "exe$", "(?i)CMD|admin", "a+d", "[0-9]{2}", "(adm|roo)in?", "(?i)sEt"]
NETWORKS = ["10.0.0.0/8", "fd00::/8", "0.0.0.0/0"]
ADDRESSES = ["10.1.2.3", "192.0.2.1", "fd00::1", "::ffff:10.0.0.1", "no address", "2001:db8::1"]
ORDERS = {"lt": operator.lt, "lte": operator.le, "gt": operator.gt, "gte": operator.ge}


class Maker:
    """Makes them, the same ones for the same seed."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)

    def text(self) -> str:
        return "".join(self.random.choices(WORDS, k=self.random.randint(1, 3)))

    def event(self, number: int) -> NormalEvent:
        one = self.random
        fields: dict[str, Any] = {}
        for name in ("image", "CommandLine", "User", "Extra"):
            kind = one.random()
            if kind < 0.5:
                fields[name] = self.text()
            elif kind < 0.65:
                fields[name] = [self.text() for _ in range(one.randint(0, 3))]
            elif kind < 0.7:
                fields[name] = None
        fields["number"] = one.choice([0, 5, 99, 99.5, "12", "no", True, None])
        fields["sourceIP"] = one.choice(ADDRESSES)
        fields["flag"] = one.choice([True, False, "true"])
        return NormalEvent(
            uid=str(number),
            at=number,
            received_at=number,
            source="law",
            product=one.choice(["windows", "Windows", "linux", ""]),
            service=one.choice(["security", ""]),
            user=one.choice(["", self.text()]),
            host=one.choice(["", self.text()]),
            fields=fields,
            raw=self.text(),
        )

    def rule(self) -> dict[str, Any]:
        one = self.random
        selections = {f"s{index}": self.selection() for index in range(one.randint(1, 3))}
        names = list(selections)
        shapes = [
            "s0",
            "not s0",
            " and ".join(names),
            " or ".join(names),
            " and not ".join(names),
            "1 of s*",
            "all of them",
            f"({' or '.join(names)}) and not {names[-1]}",
        ]
        source = one.choice(
            [{"product": "windows"}, {"product": "windows", "service": "security"}, {"service": "security"}]
        )
        return {
            "title": "Made",
            "id": str(uuid.UUID(int=one.getrandbits(128))),
            "logsource": source,
            "detection": {**selections, "condition": one.choice(shapes)},
        }

    def selection(self) -> Any:
        if self.random.random() < 0.15:
            return [word for word in self.random.sample(WORDS, 2) if word.strip("*?")] or ["cmd"]
        items = dict(self.item() for _ in range(self.random.randint(1, 3)))
        return [items, dict([self.item()])] if self.random.random() < 0.2 else items

    def item(self) -> tuple[str, Any]:
        one, field = self.random, self.random.choice(FIELDS)
        many = lambda make: make() if one.random() < 0.5 else [make() for _ in range(one.randint(1, 3))]  # noqa: E731
        match one.randint(0, 9):
            case 0:
                return f"{field}|re", many(lambda: one.choice(PATTERNS))
            case 1:
                return "SourceIp|cidr", many(lambda: one.choice(NETWORKS))
            case 2:
                return f"Number|{one.choice(list(ORDERS))}", one.choice([5, 12, 99.5])
            case 3:
                return f"{field}|exists", one.choice([True, False])
            case 4:
                return f"{field}|fieldref{one.choice(['', '|startswith', '|endswith', '|contains'])}", one.choice(
                    FIELDS
                )
            case 5:
                return field, one.choice([None, "", 99, True, "*"])
        modifiers = one.choice(
            ["", "|contains", "|startswith", "|endswith", "|contains|all", "|cased", "|contains|cased"]
        )
        return field + modifiers, many(lambda: self.text() or "cmd")

    def text_of(self, rules: list[dict[str, Any]]) -> str:
        return "\n---\n".join(json.dumps(rule, ensure_ascii=False) for rule in rules)


# The plainest evaluator


def finds(rule: dict[str, Any], event: NormalEvent) -> bool:
    """Does the rule, as it is written, find this event?"""
    for key, asked in rule["logsource"].items():
        if getattr(event, key).lower() != asked:
            return False
    detection = {name: holds(body, event) for name, body in rule["detection"].items() if name != "condition"}
    condition = rule["detection"]["condition"]
    condition = condition.replace("1 of s*", f"({' or '.join(detection)})")
    condition = condition.replace("all of them", f"({' and '.join(detection)})")
    return bool(eval(condition, {"__builtins__": {}}, detection))


def holds(selection: Any, event: NormalEvent) -> bool:
    if isinstance(selection, list):
        return any(holds(one, event) if isinstance(one, dict) else keyword(one, event) for one in selection)
    return all(item_holds(key, value, event) for key, value in selection.items())


def keyword(word: str, event: NormalEvent) -> bool:
    said = [one for name in NormalEvent.__struct_fields__ if name != "fields" for one in values(event, name)]
    shown = {name.lower() for name in event.fields}
    said += [one for name in shown if not getattr(event, name, "") for one in values(event, name)]
    return any(wild(word, one, {"contains"}) for one in said)


def item_holds(key: str, value: Any, event: NormalEvent) -> bool:
    name, *modifiers = key.split("|")
    asked = value if isinstance(value, list) else [value]
    combine = all if "all" in modifiers else any
    return combine(one_holds(name, set(modifiers), one, event) for one in asked)


def one_holds(name: str, modifiers: set[str], asked: Any, event: NormalEvent) -> bool:
    said = values(event, name)
    if "exists" in modifiers:
        return bool(said) is asked
    if asked is None or asked == "":
        return not said
    for modifier in modifiers & set(ORDERS):
        return any(ORDERS[modifier](float(one), asked) for one in said if is_number(one))
    if "re" in modifiers:
        return any(re.search(asked, one) is not None for one in said)
    if "cidr" in modifiers:
        return any(is_in(one, asked) for one in said)
    if "fieldref" in modifiers:
        return any(compare(modifiers, fold(one), fold(other)) for one in said for other in values(event, asked))
    if isinstance(asked, bool | int | float):
        return any(fold(one) == str(asked).lower() for one in said)
    return any(wild(asked, one, modifiers) for one in said)


def compare(modifiers: set[str], left: str, right: str) -> bool:
    if "contains" in modifiers:
        return right in left
    if "startswith" in modifiers:
        return left.startswith(right)
    return left.endswith(right) if "endswith" in modifiers else left == right


def values(event: NormalEvent, name: str) -> list[str]:
    """What the event says there: the column first, then what the source calls so."""
    lowered = name.lower()
    column = {path.lower(): one for path, one in PATHS.items()}.get(lowered, lowered)
    value = getattr(event, column, None) if column != "fields" else None
    if not value:
        of_source = [one for key, one in event.fields.items() if key.lower() == column and one not in (None, "", [])]
        value = of_source[-1] if of_source else None
    if value is None or value == "":
        return []
    return [plain(one) for one in value] if isinstance(value, list) else [plain(value)]


def plain(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def fold(text: str) -> str:
    """Character by character, whatever stands around it."""
    return "".join({"ς": "σ", "ſ": "s"}.get(one, one.lower()) for one in text)


def wild(pattern: str, text: str, modifiers: set[str]) -> bool:
    """Sigma's `*` and `?`, and `\\` before these and before itself."""
    alike = (lambda one: one) if "cased" in modifiers else fold
    expression, index = "", 0
    while index < len(pattern):
        char = pattern[index]
        if char == "\\" and pattern[index + 1 : index + 2] in ("*", "?", "\\"):
            index += 1
            expression += re.escape(alike(pattern[index]))
        else:
            expression += {"*": ".*", "?": "."}.get(char) or re.escape(alike(char))
        index += 1
    before = ".*" if modifiers & {"contains", "endswith"} else ""
    after = ".*" if modifiers & {"contains", "startswith"} else ""
    return re.fullmatch(before + expression + after, alike(text), re.DOTALL) is not None


def is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def is_in(text: str, network: str) -> bool:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    address = getattr(address, "ipv4_mapped", None) or address
    return address in ipaddress.ip_network(network)
