"""What a notice says holds no line, link, mention or markup of whoever causes an alert."""

from __future__ import annotations

from datetime import UTC

import pytest

from limen.facts import FactStore, Person
from limen.messages import Language, Words
from limen.monitor.alerts.model import STORM_ENTITY, Alert, Case
from limen.monitor.detections.hit import Level
from limen.monitor.notify import content
from limen.monitor.notify.content import LONGEST, MOST_ALERTS, harmless, of_request
from limen.pillar import WaitingRequest

WORDS = Words(Language.ENGLISH, UTC)
NOW = 1_800_000_000_000
CASE = Case(id="ca_1", title="Impossible travel", level=Level.HIGH, opened_at=NOW, last_at=NOW)


def alert(number: int = 1, **more: object) -> Alert:
    values: dict[str, object] = {
        "id": f"al_{number}",
        "case_id": "ca_1",
        "rule": "r",
        "title": "Impossible travel",
        "level": Level.HIGH,
        "entity": "person:p_1",
        "person_id": "p_1",
        "opened_at": NOW,
        "last_at": NOW,
        "since": NOW,
        **more,
    }
    return Alert(**values)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("jane", "jane"),
        ("Müller-Lüdenscheidt", "Müller-Lüdenscheidt"),
        ("2001:db8::1", "2001:db8::1"),
        ("203.0.113.7", "203.0.113.7"),
        ("evil.example", "evil[.]example"),
        ("https://evil.example/x?y=1", "https evil[.]example x y 1"),
        ("<!channel> <@U1|boss>", "channel U1 boss"),
        ("[Pay here](http://evil.example)", "Pay here (http evil[.]example)"),
        ("*bold* _x_ `code` ~s~", "bold _x_ code s"),
        ("a\r\nSubject: b\x1b[2J\u202e", "a Subject b 2J"),
        ("@everyone #general", "everyone general"),
        ("", ""),
    ],
)
def test_names_of_logs_are_harmless(written: str, shown: str) -> None:
    assert harmless(written) == shown


def test_it_is_bounded() -> None:
    assert len(harmless("x" * 10_000)) == LONGEST


def test_a_case_says_who_and_what_the_worst_first_and_leads_to_its_page() -> None:
    known = FactStore()
    known.people.put(Person("p_1", "Ida Blum"))
    several = [alert(n) for n in range(MOST_ALERTS + 2)]
    several.append(alert(99, level=Level.CRITICAL, title="New administrator", entity="user:evil.example", person_id=""))
    notice = content.of_case(CASE, several, known, WORDS, "https://limen.harbor.example")
    assert notice.link == "https://limen.harbor.example/console/cases/ca_1"
    assert ("New administrator" in notice.lines[0], "evil[.]example" in notice.lines[0]) == (True, True)
    assert "Ida Blum" in notice.lines[1]
    assert len(notice.lines) == MOST_ALERTS + 1


def test_a_storm_names_nobody() -> None:
    assert content.who(alert(entity=STORM_ENTITY, person_id=""), FactStore(), WORDS) == "many at once"


def test_a_summary_has_the_worst_first_and_says_how_many_more() -> None:
    several = [Case(id=f"ca_{n}", title=f"T{n}", level=Level.HIGH, opened_at=NOW, last_at=NOW + n) for n in range(20)]
    worst = Case(id="ca_99", title="Worst", level=Level.CRITICAL, opened_at=NOW, last_at=NOW - 9)
    notice = content.digest([*several, worst], WORDS, "https://limen.harbor.example")
    assert (notice.level, notice.key, len(notice.lines)) == (Level.CRITICAL, "digest", MOST_ALERTS + 1)
    assert notice.lines[0].endswith("Worst")


def test_every_level_has_a_word_in_each_language() -> None:
    for language in Language:
        said = {content.level_in(level, Words(language, UTC)) for level in Level}
        assert len(said) == 4


def test_a_request_for_access_says_who_and_for_what_and_nothing_of_theirs() -> None:
    waiting = WaitingRequest("Oscar https://evil.example <@everyone>", "Customers", "/access/inbox")
    said = of_request(waiting, "ar_1", Words(Language.ENGLISH, UTC), "https://limen.harbor.example")
    assert "://" not in said.title
    assert not set("<>@") & set(said.title)
    assert said.link == "https://limen.harbor.example/access/inbox"
    assert said.level is Level.LOW
