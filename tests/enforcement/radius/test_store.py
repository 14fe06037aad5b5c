from __future__ import annotations

from dataclasses import replace

from tests.web.conftest import House

from limen.enforcement.radius import store
from limen.enforcement.radius.store import MOST_SERVERS, RadiusSession

ONE = RadiusSession(
    id="r_1",
    app="vpn",
    action="connect",
    person_id="p_ida",
    session_id="s_1",
    device_id="",
    address="198.51.100.9",
    client="127.0.0.1/32",
    nas="127.0.0.1",
    calling="198.51.100.9",
    user_name="ida@harbor.example",
    decision="d",
    began_at=1,
    until=1_000,
)


async def test_sessions_are_kept_until_they_are_over(harbor: House) -> None:
    def work(transaction: object) -> list[list[RadiusSession]]:
        connection = transaction.connection  # type: ignore[attr-defined]
        store.add_session(connection, ONE)
        store.add_session(connection, replace(ONE, id="r_2", until=10))
        store.set_accounted(connection, "r_1", "55")
        assert [store.set_ending(connection, "r_1", at) for at in (5, 6)] == [True, False]
        before = store.sessions(connection)
        store.drop_old(connection, 10)
        after = store.sessions(connection)
        assert (store.drop_session(connection, "r_1"), store.drop_session(connection, "r_1")) == (True, False)
        return [before, after, store.sessions(connection)]

    before, after, gone = await harbor.limen.core.write(work)
    assert {one.id for one in before} == {"r_1", "r_2"}
    assert (after, gone) == ([replace(ONE, accounted="55", ending_at=5)], [])


async def test_the_oldest_of_too_many_servers_may_ask_no_more(harbor: House) -> None:
    def work(transaction: object) -> list[bool]:
        connection = transaction.connection  # type: ignore[attr-defined]
        for number in range(MOST_SERVERS + 1):
            store.add_server(connection, bytes([number]) * 32, number)
        return [store.is_server(connection, bytes([number]) * 32) for number in range(MOST_SERVERS + 2)]

    assert await harbor.limen.core.write(work) == [False, *[True] * MOST_SERVERS, False]


async def test_a_client_has_one_secret(harbor: House) -> None:
    def work(transaction: object) -> dict[str, bytes]:
        connection = transaction.connection  # type: ignore[attr-defined]
        store.put_client(connection, "10.0.0.1/32", b"old", 1)
        store.put_client(connection, "10.0.0.1/32", b"new", 2)
        return store.clients(connection)

    assert await harbor.limen.core.write(work) == {"10.0.0.1/32": b"new"}
