"""Each of Sigma's modifiers means what Sigma says, and what can't be had is refused by name."""

from __future__ import annotations

from base64 import b64encode

import pytest
from tests.monitor.detections.texts import event, is_found, rule, text_of

from limen.monitor.detections.rule_set import compile_rules

COMMAND = r"C:\Windows\System32\cmd.exe /c whoami –all"
HIDDEN = b64encode(b"xIEX(New-Object)y").decode()


@pytest.mark.parametrize(
    ("selection", "fields", "expected"),
    [
        ({"Image": "CMD.EXE"}, {"Image": "cmd.exe"}, True),
        ({"image": "cmd.exe"}, {"IMAGE": "cmd.exe"}, True),
        ({"Image": "cmd"}, {"Image": "cmd.exe"}, False),
        ({"ThreatName": "eicar"}, {"Threat Name": "EICAR"}, True),
        ({"Threat Name": "eicar"}, {"ThreatName": "EICAR"}, True),
        ({"Image|cased": "CMD.EXE"}, {"Image": "cmd.exe"}, False),
        ({"Image|contains|cased": "Sys"}, {"Image": COMMAND}, True),
        ({"Image|contains": ["nothing", "SYSTEM32"]}, {"Image": COMMAND}, True),
        ({"Image|contains|all": ["whoami", "nothing"]}, {"Image": COMMAND}, False),
        ({"Image|contains|all": ["whoami", "cmd"]}, {"Image": COMMAND}, True),
        ({"Image|startswith": "c:\\windows"}, {"Image": COMMAND}, True),
        ({"Image|endswith": "\\cmd.exe"}, {"Image": "C:\\cmd.exe"}, True),
        ({"Image": "C:\\\\*\\cmd.exe*"}, {"Image": COMMAND}, True),
        ({"Image": "?:\\Windows*"}, {"Image": COMMAND}, True),
        ({"Image": "100\\*"}, {"Image": "100%"}, False),
        ({"Image": "100\\*"}, {"Image": "100*"}, True),
        ({"Image|contains|windash": " -all"}, {"Image": COMMAND}, True),
        ({"Image|contains|windash": " -c "}, {"Image": COMMAND}, True),
        ({"Image|base64offset|contains": "IEX(New-Object"}, {"Image": HIDDEN}, True),
        ({"Image|base64offset|contains": "IEX(Old-Object"}, {"Image": HIDDEN}, False),
        (
            {"Image|wide|base64offset|contains": "http"},
            {"Image": b64encode("a http".encode("utf-16le")).decode()},
            True,
        ),
        ({"Image|re": "cmd\\.exe\\s/c"}, {"Image": COMMAND}, True),
        ({"Image|re": "CMD"}, {"Image": COMMAND}, False),
        ({"Image|re|i": "CMD"}, {"Image": COMMAND}, True),
        ({"Image|re|i|m": "^b$"}, {"Image": "a\nB\nc"}, True),
        ({"Image|re|s": "a.b"}, {"Image": "a\nb"}, True),
        ({"Address|cidr": "10.0.0.0/8"}, {"Address": "10.255.0.1"}, True),
        ({"Address|cidr": "10.0.0.0/8"}, {"Address": "::ffff:10.255.0.1"}, True),
        ({"Address|cidr": "10.0.0.0/8"}, {"Address": "10.0.0.1.example"}, False),
        ({"Port|gt": 1024}, {"Port": 1025}, True),
        ({"Port|gte": 1024}, {"Port": "1024"}, True),
        ({"Port|lt": 1024}, {"Port": "many"}, False),
        ({"Port|lte": 0.5}, {"Port": 0.25}, True),
        ({"Port": 22}, {"Port": "22"}, True),
        ({"Port": 22}, {"Port": 22.0}, True),
        ({"Signed": False}, {"Signed": "false"}, True),
        ({"Signed|exists": True}, {}, False),
        ({"Signed|exists": False}, {"Signed": None}, True),
        ({"Signed": None}, {}, True),
        ({"Signed": ""}, {}, True),
        ({"Signed": "*"}, {"Signed": "x"}, True),
        ({"Signed": "*"}, {}, False),
        ({"One|fieldref": "Two"}, {"One": "a", "Two": "A"}, True),
        ({"One|fieldref": "Two"}, {}, False),
        ({"One|fieldref|endswith": "Two"}, {"One": "xa", "Two": "A"}, True),
        ({"Image|neq": "cmd.exe"}, {"Image": "cmd.exe"}, False),
        ({"Image|neq": "cmd.exe"}, {"Image": "sh"}, True),
        ({"Hashes": "b"}, {"Hashes": ["A", "B"]}, True),
        ({"Hashes|endswith": "x"}, {"Hashes": ["ax", "b"]}, True),
        ({"Hashes|contains|all": ["a", "b"]}, {"Hashes": ["a", "b"]}, True),
        ({"|all": ["who", "CMD"]}, {"Image": COMMAND}, True),
        (["nowhere", "who*all"], {"Image": COMMAND}, True),
        (["one*two"], {"A": "one", "B": "two"}, False),
        ({"actor.user.name": "jane"}, {"actor.user.name": "jane"}, False),
    ],
)
def test_a_modifier_means_what_sigma_says(selection: object, fields: dict[str, object], *, expected: bool) -> None:
    assert is_found(selection, event(fields=fields)) is expected


def test_a_column_is_named_by_itself_or_by_its_path_and_comes_first() -> None:
    said = event(user="Jane", src_ip="192.0.2.7", fields={"User": "somebody else", "src_endpoint.ip": "10.0.0.1"})
    assert is_found({"user": "jane"}, said)
    assert is_found({"Actor.User.Name": "jane"}, said)
    assert not is_found({"User": "somebody else"}, said)
    assert is_found({"src_endpoint.ip|cidr": "192.0.2.0/24"}, said)
    assert is_found({"User": "sys"}, event(fields={"User": "SYS"}))


def test_a_keyword_is_found_in_what_came_and_a_field_named_like_all_hides_nothing() -> None:
    said = event(raw="sshd[7]: Accepted password", fields={"*": "nothing"})
    assert is_found(["accepted password"], said)


def test_a_character_means_the_same_whatever_stands_around_it() -> None:
    assert is_found({"Image|contains": "ΑΣ"}, event(fields={"Image": "ΑΣΑ"}))
    assert is_found({"Image|contains|cased": "ΑΣ"}, event(fields={"Image": "ΑΣΑ"}))


@pytest.mark.parametrize(
    ("selection", "named"),
    [
        ({"Image|expand": "%admins%"}, "placeholder"),
        ({"Time|hour": 3}, "part of a time"),
        ({"Image|re": "(?=a)b"}, "egular expression"),
        ({"Image|re": "(a)\\1"}, "egular expression"),
        ({"Image|re": "("}, "egular expression"),
        ({"Image|utf17": "a"}, "utf17"),
        ({"Address|cidr": "10.0.0.1/8"}, "CIDR"),
        (["*"], "wildcards alone"),
    ],
)
def test_what_cannot_be_had_is_refused_by_the_name_of_the_rule(selection: object, named: str) -> None:
    bad, good = rule(selection, title="Wanted too much"), rule({"Image": "a"})
    rule_set = compile_rules({"made.yml": text_of(good, bad)})
    assert [one.id for one in rule_set.rules] == [good["id"]]
    (problem,) = rule_set.problems
    assert '"Wanted too much"' in problem.what
    assert named in problem.what
    assert (problem.file, problem.line) == ("made.yml", 3)
