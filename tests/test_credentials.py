"""The registry of what is issued or held: no kind without an end, no secret that nobody speaks for, no two claims."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Column, Integer, LargeBinary, MetaData, String, Table

import limen.app
from limen.credentials import (
    CREDENTIALS,
    HOLDERS,
    Cause,
    CredentialError,
    CredentialKind,
    Ending,
    Stays,
    delete_rows,
    end,
    is_secret,
    remaining,
    rows_of,
    staying,
    unspoken_for,
)
from limen.declared import ClaimedTwiceError
from limen.pillar import Declarations, Pillar
from limen.pillars import PILLARS, PillarError, pillars, using
from limen.storage import Database, metadata

NOW = 1_000
ENDS: dict[str, Any] = dict.fromkeys(Cause, Stays("a test says so"))
OF_THE_COMPANY = {
    "data_link_stores",
    "data_lists",
    "identity_keys",
    "device_authority",
    "device_signal_messages",
    "received_sets",
    "received_streams",
    "device_signal_sources",
    "brokered_secrets",
    "ended_elsewhere",
    "data_stores",
    "directories",
    "log_authority",
    "log_pulls",
    "network_changes",
    "service_accounts",
    "network_firewall_keys",
    "network_rulesets",
    "notify_channels",
    "provisioned_apps",
    "oidc_keys",
    "journal_heads",
    "keys",
    "ldap_sources",
    "outbox",
    "revision_texts",
    "saml_keys",
    "sealing_keys",
    "signing_keys",
    "ssh_authorities",
    "upstream_secrets",
}
"""Tables with secrets that are the company's own: nobody is let go with them."""


def badges(name: str = "badges") -> CredentialKind:
    return CredentialKind(name=name, table="badges", **ENDS)


def part(name: str, *kinds: CredentialKind, tables: tuple[Table, ...] = ()) -> Pillar:
    return Pillar(name=name, declarations=lambda: Declarations(credentials=kinds, tables=tables))


def test_every_table_with_secrets_of_somebody_is_of_a_kind_and_the_others_are_named_here() -> None:
    assert limen.app.open_limen, "imported for its tables: whatever runs is imported by it"
    pillars()
    tables = {table.name: table for table in metadata.sorted_tables}
    assert unspoken_for(tables.values(), CREDENTIALS.values()) == []
    secret = {name for name, table in tables.items() if any(is_secret(column) for column in table.c)}
    assert secret - {kind.table for kind in CREDENTIALS.values()} == OF_THE_COMPANY
    assert {kind.table for kind in CREDENTIALS.values() if kind.table} <= set(tables)


def test_each_kind_has_an_end_or_a_reason_for_each_cause() -> None:
    pillars()
    assert {"passkeys", "passwords", "codes", "sessions", "app_tokens", "links"} <= set(CREDENTIALS)
    for kind in CREDENTIALS.values():
        for cause in Cause:
            how = kind.how(cause)
            assert callable(how) or len(how.because) > 15, (kind.name, cause)


@pytest.mark.parametrize("cause", list(Cause))
def test_a_kind_that_leaves_a_cause_out_cannot_be_made(cause: Cause) -> None:
    with pytest.raises(TypeError, match=cause):
        CredentialKind(name="badges", table="badges", **{one: how for one, how in ENDS.items() if one is not cause})
    for nothing in (None, Stays(" ")):
        with pytest.raises(CredentialError, match=cause):
            CredentialKind(name="badges", table="badges", **{**ENDS, cause: nothing})


@pytest.mark.parametrize("holder", HOLDERS)
def test_a_part_with_secrets_of_somebody_and_no_kind_is_not_taken_in(holder: str) -> None:
    table = Table("badges", MetaData(), Column(holder, String(40)), Column("wire", LargeBinary(9)))
    with (
        pytest.raises(PillarError, match=r"door .* badges"),
        using((*PILLARS, part("door", tables=(table,)))),
    ):
        raise AssertionError
    with using((*PILLARS, part("door", badges(), tables=(table,)))):
        assert CREDENTIALS.owner_of("badges") == "door"
    assert "badges" not in CREDENTIALS


@pytest.mark.parametrize("name", ["badges", "passwords", "mails"])
def test_a_kind_that_two_claim_is_refused_with_both_named(name: str) -> None:
    with (
        pytest.raises(ClaimedTwiceError) as refused,
        using((*PILLARS, part("door", badges(name)), part("gate", badges("badges")))),
    ):
        raise AssertionError
    owners = {"badges": ("door", "gate"), "passwords": ("identity", "door"), "mails": ("Limen itself", "door")}
    assert all(owner in str(refused.value) for owner in owners[name])


def test_the_kinds_of_a_part_end_with_those_of_limen(tmp_path: Path) -> None:
    asked: list[Ending] = []
    kind = CredentialKind(
        name="badges",
        table="",
        **{**ENDS, Cause.STOLEN: lambda _t, ending: asked.append(ending) or 3},
        remains=lambda _connection, holder, _now: len(holder),
    )
    database = Database.open(tmp_path / "limen.db")
    stolen = Ending(cause=Cause.STOLEN, holder="p_1", now=NOW)
    with using((*PILLARS, part("door", kind))):
        ended = database.write(lambda transaction: end(transaction, stolen))
        assert ended["badges"] == 3
        assert "badges" not in database.write(lambda t: end(t, Ending(cause=Cause.MOVED, holder="p_1", now=NOW)))
        left = {one.kind: one for one in database.read(lambda snapshot: remaining(snapshot.connection, "p_1", NOW))}
        assert (left["badges"].count, left["badges"].is_over) == (3, False)
        assert {kind.name for kind in CREDENTIALS.values()} == set(left)
        assert all(one.is_over for name, one in left.items() if name != "badges")
    assert asked == [stolen]
    database.close()


def test_it_says_so_where_nothing_is_declared_or_nobody_is_named(tmp_path: Path) -> None:
    database = Database.open(tmp_path / "limen.db")
    pillars()
    for ending in (Ending(cause=Cause.STOLEN, now=NOW), Ending(cause=Cause.RESTORED, holder="p_1", now=NOW)):
        with pytest.raises(CredentialError, match="whose"):
            database.write(lambda transaction, ending=ending: end(transaction, ending))  # type: ignore[misc]
    before = CREDENTIALS.parts
    try:
        CREDENTIALS.compose({})
        with pytest.raises(CredentialError, match="nothing is declared"):
            database.write(lambda transaction: end(transaction, Ending(cause=Cause.STOLEN, holder="p_1", now=NOW)))
    finally:
        CREDENTIALS.compose(before)
    database.close()


def test_rows_go_whichever_column_says_whose_they_are(tmp_path: Path) -> None:
    database = Database.open(tmp_path / "limen.db")
    table = Table("badges", MetaData(), Column("person_id", String(9)), Column("device_id", String(9)))

    def work(transaction: Any) -> int:
        table.create(transaction.connection)
        rows = [{"person_id": "p_1", "device_id": ""}, {"person_id": "p_2", "device_id": "d_1"}]
        transaction.connection.execute(table.insert(), rows)
        erased = [Ending(cause=Cause.ERASED, holder=holder, now=NOW) for holder in ("p_1", "d_1", "p_3")]
        return [delete_rows(table)(transaction, one) for one in erased] == [1, 1, 0]

    assert database.write(work)
    database.close()


def test_what_only_time_ends_says_why_at_each_cause() -> None:
    kind = staying("badges", "over in minutes")
    assert {kind.how(cause) for cause in Cause} == {Stays("over in minutes")}


def test_a_kind_that_cannot_say_what_remains_stops_the_start() -> None:
    nobodys = Table("badges", MetaData(), Column("wire", LargeBinary(9)))
    for kind in (badges(), CredentialKind(name="badges", table="", **ENDS)):
        with (
            pytest.raises(PillarError, match=r"door .* badges"),
            using((*PILLARS, part("door", kind, tables=(nobodys,)))),
        ):
            raise AssertionError
    with using((*PILLARS, part("door", staying("badges", "over in minutes")))):
        pass
    with pytest.raises(CredentialError, match="badges"):
        rows_of(nobodys)


def test_what_remains_are_the_rows_that_have_not_ended(tmp_path: Path) -> None:
    database = Database.open(tmp_path / "limen.db")
    table = Table("badges", MetaData(), Column("owner_id", String(9)), Column("until", Integer))

    def work(transaction: Any) -> list[int]:
        table.create(transaction.connection)
        rows = [{"owner_id": "p_1", "until": until} for until in (NOW - 1, NOW, NOW + 1)]
        transaction.connection.execute(table.insert(), [*rows, {"owner_id": "p_2", "until": NOW + 1}])
        alive = rows_of(table, lambda columns, now: columns.until > now)
        return [count(transaction.connection, "p_1", NOW) for count in (rows_of(table), alive)]

    assert database.write(work) == [3, 1]
    database.close()
