from __future__ import annotations

from pathlib import Path

import pytest
from tests.golden import Expected
from tests.policy.scene import BERLIN, NOW, VIEW, engine_of, facts

from limen.cli.question import Question
from limen.cli.render import print_explanation
from limen.messages import Language, Words
from limen.policy.wording import Audience, Names, say

POLICIES = """
@id("a") @title("Read") @reason("Because.") permit (principal, action, resource)
when { context.auth.strength >= 2 && (context.device.known || !(context.risk.score < 70)) };
@id("w") @state("report-only") forbid (principal, action, resource) when { context.auth.factors.contains("passkey") };
@id("b") @state("report-only") forbid (principal, action, resource) when { context.place.address.isLoopback() };
"""


def rendered(text: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, **known: object) -> str:
    audience = known.pop("audience", Audience.ADMINISTRATOR)
    language = known.pop("language", Language.ENGLISH)
    assert isinstance(audience, Audience)
    assert isinstance(language, Language)
    monkeypatch.setenv("COLUMNS", "120")
    engine = engine_of(text)
    asked = Question(engine, VIEW, facts(**known), NOW, "Ana", "Wiki")
    words = Words(language, BERLIN)
    said = say(engine, asked.explain().decision, audience, words, Names("Ana", "Wiki"))
    print_explanation(asked.explain(), asked, said, audience, words, shows_all=True)
    return capsys.readouterr().out


def test_the_answer_comes_first_then_why(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    first, second, *_ = rendered(POLICIES, capsys, monkeypatch).splitlines()
    assert first == "PERMIT  Ana · view · Wiki · Tue 24 Nov 2026, 10:00:00 CET"
    assert second == "  Read. Because. (a)"


def test_every_condition_has_its_mark_and_what_it_saw(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = [" ".join(line.split()) for line in rendered(POLICIES, capsys, monkeypatch).splitlines()]
    assert "✓ permit a determined the answer" in lines
    assert "✓ context.auth.strength >= 2 auth.strength = 3" in lines
    assert "✓ context.device.known device.known = true" in lines
    assert "· not" in lines
    assert '✓ context.auth.factors.contains("passkey") auth.factors = ["passkey"]' in lines
    assert "! forbid b [report-only]" in lines
    assert any(line.startswith("report-only: w.") for line in lines)


def test_policies_that_are_off_are_named_in_a_last_line_and_not_among_those_that_held(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    off = '@id("asleep") @state("off") forbid (principal, action, resource); @id("too") @state("off") forbid '
    lines = rendered(POLICIES + off + "(principal, action, resource);", capsys, monkeypatch).splitlines()
    assert lines[-1] == "off: asleep, too"
    assert not any("asleep" in line for line in lines[:-1])


def test_what_would_turn_it_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, expected: Expected
) -> None:
    out = rendered(POLICIES, capsys, monkeypatch, strength=1)
    expected(out, {str(tmp_path): "FOLDER"})
    assert "→ Use a passkey." in out


def test_whoever_may_not_know_all_sees_no_policy(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, expected: Expected
) -> None:
    out = rendered(POLICIES, capsys, monkeypatch, strength=1, audience=Audience.SELF)
    expected(out, {str(tmp_path): "FOLDER"})
    assert "context." not in out
    assert "(a)" not in out
    assert "report-only" not in out


def test_in_german_all_but_the_authors_words_and_the_code_are_german(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    out = rendered(POLICIES, capsys, monkeypatch, language=Language.GERMAN, strength=1)
    assert out.startswith("NACHWEIS NÖTIG  Ana · Ansehen · Wiki · Di., 24. Nov. 2026, 10:00:00 CET\n")
    lines = [" ".join(line.split()) for line in out.splitlines()]
    assert "Keine Regel erlaubt das. (nothing-permits)" in lines
    assert "Regel und ihre Bedingungen tatsächlicher Wert" in lines
    assert "! forbid b [nur Bericht]" in lines
    for english in ("policy", "actual value", "determined", "any of", "Nothing", "[report-only]", "Tue"):
        assert english not in out, english


def test_a_reason_is_said_in_the_language_asked_for(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    text = '@id("a") @reason("Because.") @reason_de("Darum.") forbid (principal, action, resource);'
    for language, reason, other in ((Language.ENGLISH, "Because.", "Darum."), (Language.GERMAN, "Darum.", "Because.")):
        for audience in (Audience.SELF, Audience.ADMINISTRATOR):
            told = rendered(text, capsys, monkeypatch, language=language, audience=audience)
            assert reason in told
            assert other not in told
