"""The entry points that settings name: what opens, what does not and why, and who is meant by a name elsewhere."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
from cryptography import x509
from tests.data.doors.icap_client import Asked, reqmod
from tests.data.doors.protecting import CARD, NO_CARD, OwnProtection
from tests.ports import free_port
from tests.waiting import until

from limen.clock import DAY, SetClock, SystemClock
from limen.data.doors import looking_anew, services
from limen.data.doors.judging import Verdict, nobody_says_why
from limen.data.doors.mass_renaming import MassRenaming
from limen.data.doors.not_open import not_open
from limen.data.doors.refusal import Refusal
from limen.data.doors.services import (
    EntryPoints,
    Surroundings,
    device_of,
    listens_at,
    quarantine_folder,
    refusal_of,
    tls_context,
    user_of,
)
from limen.data.doors.share_files import opened
from limen.data.rules.model import Judged, Step
from limen.data.rules.stated import Condition, DataRules, Rule
from limen.data.settings import DataSettings
from limen.errors import LimenError
from limen.facts import Auth, FactStore, Group, Person, Session
from limen.private_authority import Proves, issued, new_authority, new_key

PEOPLE = (
    Person("p_ann", email="Ann@harbor.example", active=True),
    Person("p_bob", email="bob@harbor.test", active=True),
    Person("p_bob2", email="bob@harbor.example", active=True),
    Person("p_gone", email="gone@harbor.example"),
    Person("p_guest", email="guest@other.example", active=True),
)


@asynccontextmanager
async def entry_points(
    folder: Path, protection: OwnProtection | None = None, **said: Any
) -> AsyncIterator[EntryPoints]:
    events: list[Any] = []
    about = Surroundings(
        *(protection or OwnProtection(), SetClock(1_000), folder, folder / "data", "harbor.example", Refusal),
        *(
            lambda: "r" * 60,
            lambda: PEOPLE,
            lambda person, _address: {"p_ann": "d_1"}[person],
            events.append,
            nobody_says_why,
        ),
    )
    (folder / "data").mkdir(exist_ok=True)
    made = EntryPoints(DataSettings.model_validate({"mail_domains": ["harbor.test"], **said}), about)
    made.events = events
    try:
        await made.agree()
        yield made
    finally:
        await made.close()


async def test_what_is_named_opens_once(tmp_path: Path) -> None:
    icap, milter = free_port(), free_port()
    (tmp_path / "share").mkdir()
    said = {"icap": f"127.0.0.1:{icap}", "milter": f"[::1]:{milter}", "shares": {"sales": "share"}}
    async with entry_points(tmp_path, **said) as made:
        assert made.wrong == {}
        first = made.icap, made.milter, made.patrols["sales"]
        await made.agree()
        assert (made.icap, made.milter, made.patrols["sales"]) == first
        reader, writer = await asyncio.open_connection("127.0.0.1", icap)
        asked = Asked(reader, writer)
        await asked.send(reqmod(NO_CARD, "Allow: 204"))
        assert (await asked.head())[1]["istag"] == f'"{"r" * 32}"'
        writer.close()
        assert [(one.labels, one.value) for one in made.figures()] == [({"way": "icap", "what": "allow"}, 1)]


async def test_what_cannot_be_opened_is_said_and_tried_again(tmp_path: Path) -> None:
    taken = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
    port = taken.sockets[0].getsockname()[1]
    said = {"icap": f"127.0.0.1:{port}", "milter": "192.0.2.1:8891", "shares": {"sales": "share", "all": "."}}
    async with entry_points(tmp_path, **said) as made:
        assert set(made.wrong) == {"icap", "milter", "shares.sales", "shares.all"}
        assert not_open(tmp_path / "data").keys() == made.wrong.keys()
        assert {one.kind for one in made.events} == {"data.entry_point_failed"}
        taken.close()
        await taken.wait_closed()
        (tmp_path / "share").mkdir()
        await made.agree()
        assert set(made.wrong) == {"milter", "shares.all"}


async def test_a_share_from_which_nothing_can_be_taken_is_watched_and_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "share").mkdir()
    monkeypatch.setattr(services, "may", lambda *_: False)
    async with entry_points(tmp_path, shares={"sales": "share"}) as made:
        assert (set(made.wrong), set(made.patrols)) == ({"shares.sales"}, {"sales"})
        monkeypatch.undo()
        await made.agree()
        assert made.wrong == {}
        made.patrols["sales"].cannot_take = "Read-only file system"
        made._tell_not_taken("sales", "Read-only file system")
        await made.agree()
        assert set(made.wrong) == {"shares.sales"}
        told = [one.kind for one in made.events]
        failed, back = "data.entry_point_failed", "data.entry_point_back"
        assert told == [failed, back, "data.share_not_cleared", failed]


def test_others_read_nothing_on_the_way_unless_that_is_said() -> None:
    assert listens_at("127.0.0.1:1344", is_encrypted=False, settings=DataSettings()) == ("127.0.0.1", 1344)
    assert listens_at("[::1]:1344", is_encrypted=False, settings=DataSettings()) == ("::1", 1344)
    assert listens_at("192.0.2.1:1344", is_encrypted=True, settings=DataSettings())[0] == "192.0.2.1"
    assert listens_at("0.0.0.0:1", is_encrypted=False, settings=DataSettings(unencrypted=True))[1] == 1
    for address in ("0.0.0.0:1344", "[::]:1344", "192.0.2.1:1344"):
        with pytest.raises(LimenError):
            listens_at(address, is_encrypted=False, settings=DataSettings())


async def test_proxies_ask_by_tls(tmp_path: Path) -> None:
    now = SystemClock().now()
    (key, pem), authority = new_key(), new_authority("Harbor", now).authority
    made = issued(authority, key.public_key(), "Limen", now, DAY, Proves.SERVER, [x509.DNSName("limen.test")])
    (tmp_path / "c.pem").write_text(made.certificate)
    (tmp_path / "k.pem").write_text(pem)
    port = free_port()
    with pytest.raises(LimenError):
        tls_context(DataSettings(icap_certificate=Path("c.pem")), tmp_path)
    said = {"icap": f"127.0.0.1:{port}", "icap_certificate": "c.pem", "icap_key": "k.pem"}
    async with entry_points(tmp_path, **said) as made:
        assert made.wrong == {}
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context)
        asked = Asked(reader, writer)
        await asked.send(reqmod(CARD, "Allow: 204"))
        assert (await asked.modified((await asked.head())[1]))[0].startswith(b"HTTP/1.1 403")
        writer.close()


@pytest.mark.parametrize(
    ("name", "person"),
    [
        ("ann", "p_ann"),
        ("ANN@Harbor.example", "p_ann"),
        ("HARBOR\\ann", "p_ann"),
        ("bob", ""),  # there are two
        ("bob@harbor.test", "p_bob"),
        ("gone", ""),
        ("guest", ""),
        ("guest@other.example", "p_guest"),
        ("", ""),
    ],
)
async def test_who_is_meant_by_a_name(tmp_path: Path, name: str, person: str) -> None:
    async with entry_points(tmp_path) as made:
        assert made.person_of(name) == person


async def test_ransomware_is_an_event(tmp_path: Path) -> None:
    async with entry_points(tmp_path) as made:
        made._tell(MassRenaming("sales", "ann", 20), "p_ann", "192.0.2.7")
        (event,) = made.events
        assert (event.kind, event.subject, event.address) == ("data.mass_renaming", "p_ann", "192.0.2.7")
        assert event.device == "d_1"
        assert event.details == {"share": "sales", "files": 20}


async def test_what_changed_while_limen_was_away_is_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services.shares, "MARGIN_NS", 0)
    root = tmp_path / "share"
    root.mkdir()
    (root / "old.txt").write_bytes(CARD)
    said = {"shares": {"sales": "share"}}
    async with entry_points(tmp_path, OwnProtection(Step.QUARANTINE), **said) as made:
        await made.sweep()
    await asyncio.sleep(0.05)
    (root / "new.txt").write_bytes(CARD)
    async with entry_points(tmp_path, OwnProtection(Step.QUARANTINE), **said) as made:
        await made.sweep()
        await until(made.quarantine.all)
        assert [one.path for one in made.quarantine.all()] == ["new.txt"]


async def test_what_lay_there_before_is_looked_at_when_somebody_asks(tmp_path: Path) -> None:
    root = tmp_path / "share"
    root.mkdir()
    (root / "old.txt").write_bytes(CARD)
    said = {"shares": {"sales": "share"}}
    async with entry_points(tmp_path, OwnProtection(Step.QUARANTINE), **said) as made:
        await asyncio.sleep(0.3)
        assert made.quarantine.all() == []
        looking_anew.ask(tmp_path / "data", ["sales", "none"])
        await made.agree()
        await until(made.quarantine.all)
        assert [one.path for one in made.quarantine.all()] == ["old.txt"]


async def test_what_changed_while_limen_was_away_is_looked_at_when_it_starts(tmp_path: Path) -> None:
    root = tmp_path / "share"
    root.mkdir()
    said = {"shares": {"sales": "share"}}
    async with entry_points(tmp_path, OwnProtection(Step.QUARANTINE), **said) as made:
        await made.sweep()
    (root / "new.txt").write_bytes(CARD)
    async with entry_points(tmp_path, OwnProtection(Step.QUARANTINE), **said) as made:
        await until(made.quarantine.all)
        assert [one.path for one in made.quarantine.all()] == ["new.txt"]


async def test_what_was_taken_is_deleted_when_the_settings_say_so(tmp_path: Path) -> None:
    (tmp_path / "share").mkdir()
    for name in ("a.txt", "b.txt"):
        (tmp_path / "share" / name).write_text("x")
    async with entry_points(tmp_path, quarantine_days=2) as made:
        for name, at in (("a.txt", 1_000 - 3 * DAY), ("b.txt", 1_000 - DAY)):
            with opened(tmp_path / "share", PurePosixPath(name)) as file:
                made.quarantine.take(file, "sales", at, "e1", ())
        await made.forget()
        assert [one.path for one in made.quarantine.all()] == ["b.txt"]
        assert [(one.kind, one.details["share"]) for one in made.events] == [("data.quarantine_deleted", "sales")]
    async with entry_points(tmp_path) as made:
        await made.forget()
        assert len(made.quarantine.all()) == 1


def test_the_device_of_somebody_is_the_only_one_they_are_signed_in_on() -> None:
    known = FactStore()

    def signed_in(number: int, device: str, address: str = "") -> None:
        session = Session(f"s{number}", "p_ann", Auth(), 0, 1, 1, device_id=device, address=address)
        known.sessions.put(bytes([number]) * 32, session)

    assert device_of(known, "", "") == device_of(known, "p_ann", "") == ""
    signed_in(1, "d_1")
    signed_in(2, "")
    assert device_of(known, "p_ann", "192.0.2.7") == "d_1"
    signed_in(3, "d_2", "192.0.2.7")
    assert [device_of(known, "p_ann", one) for one in ("", "192.0.2.7", "192.0.2.8")] == ["", "d_2", ""]


def test_who_is_stopped_is_told_in_the_words_of_the_rule() -> None:
    when = (Condition(finds=("iban",)),)
    rules = DataRules(
        rules=(
            Rule("a", "A", frozenset(), when, Step.BLOCK),
            Rule("b", "B", frozenset(), when, Step.BLOCK, why="By contract.", ask="finance"),
        )
    )
    for ids, why, contact in ((("a", "b"), "By contract.", "finance"), (("a",), "", "Ida"), ((), "", "Ida")):
        refusal = refusal_of(rules, Verdict(Judged(Step.BLOCK, ids), passes=False), "Ida")
        assert (refusal.why, refusal.contact) == (why, contact)


@pytest.mark.parametrize("turned", [False, True])
def test_a_rule_that_only_watches_has_no_words_for_what_another_stops(*, turned: bool) -> None:
    when = (Condition(finds=("iban",)),)
    watch = Rule("a", "A", frozenset(), when, Step.WATCH, why="We look at this.", ask="staff")
    block = Rule("b", "B", frozenset(), when, Step.BLOCK, why="By contract.", ask="finance")
    rules = DataRules(rules=(block, watch) if turned else (watch, block))
    verdict = Verdict(Judged(Step.BLOCK, ("b", "a")), passes=False)
    refusal = refusal_of(rules, verdict, "Ida", {"finance": Group("finance", "Finance team")})
    assert (refusal.why, refusal.contact) == ("By contract.", "Finance team")
    watched = DataRules(rules=(watch, Rule("b", "B", frozenset(), when, Step.BLOCK)))
    other = refusal_of(watched, verdict, "Ida")
    assert (other.why, other.contact) == ("", "Ida")


def test_where_the_quarantine_is_and_who_owns_a_file() -> None:
    root, data = Path("/c"), Path("/c/data")
    assert quarantine_folder(DataSettings(), root, data) == Path("/c/data/quarantine")
    assert quarantine_folder(DataSettings(quarantine=Path("q")), root, data) == Path("/c/q")
    assert (user_of(0), user_of(4_000_000_000)) == ("root", "")
