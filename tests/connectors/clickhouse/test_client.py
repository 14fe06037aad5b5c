"""The client of ClickHouse: what is bound stays a value, no secret is in an address, and each refusal has its word."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
import pytest
from cryptography import x509
from tests.clickhouse_stand_in import PASSWORD, StandIn, refusal, stand_in

from limen import private_authority
from limen.clock import DAY, SystemClock
from limen.connectors.clickhouse.client import ClickHouse, ClickHouseError
from limen.connectors.clickhouse.server import Server

HOSTILE = ["it's", 'a "b"', "tab\tnew\nline\r", "back\\slash \\N", "'; drop table events; --", "{v:String}", "ü😀", ""]


@pytest.fixture
def client(clickhouse: StandIn) -> ClickHouse:
    return ClickHouse(clickhouse.server)


def test_what_is_bound_comes_back_as_it_is(client: ClickHouse) -> None:
    for text in HOSTILE:
        found = client.ask("select {v:String}, {n:Int64}", {"v": text, "n": -(1 << 62)}, seconds=10)
        assert found.rows == [[text, -(1 << 62)]]


def test_a_question_changes_nothing_and_is_cut(client: ClickHouse) -> None:
    assert len(client.ask("select * from numbers(100000)", seconds=10, most_rows=5).rows) == 5
    with pytest.raises(ClickHouseError) as refused:
        client.ask("create table other (a Int8) engine = Memory", seconds=10)
    assert refused.value.word in {"not-allowed", "failed"}


def test_what_the_how_to_page_grants_are_rights_that_clickhouse_has(client: ClickHouse) -> None:
    page = Path("docs/how-to/when-events-outgrow-one-machine.md").read_text()
    statements = re.findall(r"^ *((?:CREATE|GRANT) [^;]+);", page, re.MULTILINE)
    assert [one.split()[0] for one in statements] == ["CREATE", "CREATE", "GRANT"]
    for one in statements:
        assert client.ask(f"explain ast {one}", seconds=10).rows
    with pytest.raises(ClickHouseError):
        client.ask("explain ast GRANT CREATE NONSENSE ON limen.* TO limen", seconds=10)
    rights = statements[2].removeprefix("GRANT ").partition(" ON ")[0].split(", ")
    known = client.ask("select privilege from system.privileges", seconds=10).rows
    assert {(one,) for one in rights} <= {tuple(row) for row in known}


def test_every_setting_that_is_sent_is_one_of_clickhouses(client: ClickHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: set[str] = set()
    other = ClickHouse(Server(url="http://127.0.0.1:1/limen"))
    monkeypatch.setattr(other, "_sent", lambda settings, *_: sent.update(settings) or b"[]\n")
    other.ask("select 1", seconds=1)
    other.insert("insert into t format JSONEachRow", [b"{}"], "token", seconds=1)
    names = client.ask("select name from system.settings", seconds=10).rows
    of_the_interface = {"query", "default_format"}
    assert {(one,) for one in sent - of_the_interface} <= {tuple(row) for row in names}
    assert "insert_deduplication_token" in sent


def test_each_refusal_has_its_word(clickhouse: StandIn) -> None:
    server = clickhouse.server
    assert refusal(server) == ""
    assert refusal(msgspec.structs.replace(server, password="wrong")) == "credentials"
    assert refusal(msgspec.structs.replace(server, url="http://127.0.0.1:9/harbor")) == "unreachable"
    assert refusal(server, "select * from missing") == "nothing-there"
    assert refusal(server, "selct") == "failed"


def test_an_answer_that_takes_too_long_is_not_waited_for(clickhouse: StandIn) -> None:
    client = ClickHouse(clickhouse.server)
    with clickhouse.fault("slow 2"), pytest.raises(ClickHouseError) as refused:
        client.ask("select 1", seconds=0.3)
    assert refused.value.word == "slow"
    assert client.ask("select 1", seconds=10).rows == [[1]]  # over another connection, not the answer of before


def test_only_the_authority_that_is_named_is_trusted(tmp_path: Path) -> None:
    now = SystemClock().now()
    authority = private_authority.new_authority("Harbor: ClickHouse", now).authority
    key, pem = private_authority.new_key()
    names = [x509.DNSName("localhost")]
    made = private_authority.issued(
        authority, key.public_key(), "localhost", now, DAY, private_authority.Proves.SERVER, names
    )
    (tmp_path / "certificate.pem").write_text(made.certificate)
    (tmp_path / "key.pem").write_text(pem)
    with stand_in(
        tmp_path / "engine", certificate=str(tmp_path / "certificate.pem"), key=str(tmp_path / "key.pem")
    ) as started:
        server = msgspec.structs.replace(started.server, authority=authority.certificate)
        assert refusal(server) == ""
        assert refusal(msgspec.structs.replace(server, authority="")) == "certificate"
        elsewhere = server.url.replace("localhost", "127.0.0.1")  # a certificate of another name
        assert refusal(msgspec.structs.replace(server, url=elsewhere)) == "certificate"


def test_no_secret_is_shown_and_no_address_holds_one(clickhouse: StandIn) -> None:
    assert PASSWORD not in repr(clickhouse.server)
    with pytest.raises(ClickHouseError) as refused:
        ClickHouse(clickhouse.server).ask("select throwIf(1, 'a secret of Ida')", seconds=10)
    assert "Ida" not in f"{refused.value} {refused.value.fix}"
    assert isinstance(clickhouse.server, Server)
