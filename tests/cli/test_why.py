from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.cli.test_main import leave

HARBOR = str(Path(__file__).parents[2] / "examples/harbor")


def why(*words: str) -> int:
    ids = [word for word in words[:1] if not word.startswith("-")]
    return leave("why", *ids, HARBOR, *words[len(ids) :])


def test_a_supposed_decision_is_explained_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    words = ("--person", "malik", "--app", "git", "--action", "edit", "--strength", "3", "--at", "2026-11-28T11:00")
    assert why(*words) == 0
    out = capsys.readouterr().out
    assert out.startswith("DENY  Malik Osei · edit · Git · Sat 28 Nov 2026, 11:00:00 CET")
    assert "Come back on Monday at 07:00 (30 Nov 2026 07:00)" in out
    assert "It was Saturday at 11:00; Git is available Monday to Friday, 07:00 to 19:00." in " ".join(out.split())
    assert "✗        context.time.weekday <= 5" in out
    assert "time.weekday = 6" in out


def test_a_supposed_decision_is_explained_for_programs(capsys: pytest.CaptureFixture[str]) -> None:
    words = ("--group", "staff", "--group", "finance", "--app", "payroll", "--action", "download", "--strength", "3")
    assert why(*words, "--device", "compliant", "--at", "2026-11-24T22:00", "--country", "DE", "--json") == 0
    body = json.loads(capsys.readouterr().out)
    assert (body["effect"], body["app"]) == ("permit", "payroll")
    assert [reason["policy"] for reason in body["reasons"]] == ["finance-payroll"]
    assert {one["id"] for one in body["policies"] if one["determined"]} == {"finance-payroll"}


@pytest.mark.parametrize(
    ("audience", "lang", "said"),
    [
        ("self", "en", "It has been too long since you last confirmed it's you; Payroll needs you to do so again."),
        ("helpdesk", "en", "last confirmed their identity 6 hours ago; Payroll allows at most 4 hours."),
        (
            "administrator",
            "de",
            "jemand aus finance hat die eigene Identität zuletzt vor 6 Stunden bestätigt; für Payroll",
        ),
    ],
)
def test_why_is_said_for_whom_and_in_which_language(
    audience: str, lang: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("--group", "finance", "--app", "payroll", "--strength", "3", "--proved", "6h", "--at", "2026-11-24T10:00")
    assert why(*words, "--audience", audience, "--lang", lang) == 0
    out = " ".join(capsys.readouterr().out.split())
    assert said in out
    assert ("context." in out) is (audience == "administrator")
    assert why(*words, "--audience", audience, "--lang", lang, "--json") == 0
    body = json.loads(capsys.readouterr().out)
    assert said in body["said"]["because"][0]["sentence"]
    assert ("policies" in body) is (audience == "administrator")


def test_nobody_is_asked_to_sign_in(capsys: pytest.CaptureFixture[str]) -> None:
    assert why("--nobody", "--app", "wiki") == 0
    assert "→ Sign in." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "code", "what"),
    [
        ((), 2, "use one of"),
        (("ID", "--app", "wiki", "--nobody"), 2, "use one of"),
        (("--app", "wki", "--nobody"), 1, 'there is no app "wki"; did you mean "wiki"?'),
        (("--app", "wiki"), 1, "no person was given"),
        (("--app", "wiki", "--group", "staf"), 1, 'there is no group "staf"; did you mean "staff"?'),
        (
            ("--app", "wiki", "--person", "Malick Osei"),
            1,
            'there is nobody called "Malick Osei"; did you mean "Malik Osei"?',
        ),
        (("--app", "wiki", "--nobody", "--action", "veiw"), 1, 'there is no action "veiw"; did you mean "view"?'),
        (
            ("--app", "wiki", "--nobody", "--at", "noon"),
            2,
            '--at: "noon" is not a valid date and time; write it as 2026-',
        ),
        (("--app", "wiki", "--nobody", "--proved", "5x"), 2, '--proved: "5x" is not a valid duration; write it as 30m'),
        (("--app", "wiki", "--nobody", "--network", "ofice"), 1, 'no network "ofice"; did you mean "office"?'),
        (
            ("--app", "wiki", "--nobody", "--country", "Germany"),
            1,
            '"Germany" is not a country code; use two',
        ),
        (("--app", "wiki", "--nobody", "--grant", "x"), 2, '--grant: "x" is not a valid duration; write it as 30m'),
        (("--app", "wiki", "--nobody", "--device", "fine"), 2, "--device is"),
        (("--app", "wiki", "--nobody", "--lang", "fr"), 2, "--lang is en or de"),
        (("--app", "wiki", "--nobody", "--audience", "thief"), 2, "--audience is self, helpdesk or administrator"),
        (("--replay", "/nowhere.json"), 1, "/nowhere.json"),
        (("no-id",), 1, "is not a decision ID"),
    ],
)
def test_what_can_not_be_asked_says_why(
    words: tuple[str, ...], code: int, what: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert why(*words) == code
    assert what in capsys.readouterr().err


def test_a_decision_file_is_decided_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from limen.cli.question import supposed
    from limen.policy.hypothetical import Hypothetical

    asked = supposed(Path(HARBOR), Hypothetical(), "crm", "view", person="greta", groups=[], nobody=False)
    file = tmp_path / "decision.json"
    body = asked.to_file()
    file.write_text(json.dumps(body))
    assert leave("why", "--replay", str(file)) == 0
    out = capsys.readouterr().out
    assert "The file recorded the same answer." in out
    assert "Use a passkey." in out
    assert "Greta" not in file.read_text()
    body["answer"]["effect"] = "permit"
    file.write_text(json.dumps(body))
    assert leave("why", "--replay", str(file)) == 1
    assert "The file recorded permit, because of" in capsys.readouterr().out
    assert leave("why", "--replay", str(file), "--json") == 1
    assert json.loads(capsys.readouterr().out)["agrees"] is False


@pytest.mark.parametrize("text", ["", "[]", "{", '{"limen_decision": 1}', "[" * 200_000])
def test_a_file_that_is_no_decision_is_refused(tmp_path: Path, text: str, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "decision.json"
    file.write_text(text)
    assert leave("why", "--replay", str(file)) == 1
    assert "decision.json" in capsys.readouterr().err


def test_policies_that_did_not_apply_are_counted_and_shown_only_when_asked_for(
    capsys: pytest.CaptureFixture[str],
) -> None:
    asked = ("--person", "malik", "--app", "git", "--action", "edit", "--strength", "3", "--at", "2026-11-28T11:00")
    assert why(*asked) == 0
    short = capsys.readouterr().out
    assert why(*asked, "--all") == 0
    whole = capsys.readouterr().out
    assert len(short.splitlines()) < 40 < len(whole.splitlines())
    assert "--all" in short
    assert "--all" not in whole
