"""What ends certificates, for each cause there is: they hang on sign-ins and decisions."""

from __future__ import annotations

import pytest
from tests.enforcement.ssh.hosts import HOST, Somebody, door_of, hosts_of
from tests.web.conftest import House

from limen.credentials import Cause, Ending, Stays
from limen.enforcement.ssh import store
from limen.enforcement.ssh.accounts import mark_of
from limen.enforcement.ssh.credentials import CREDENTIALS
from limen.opaque import hash_of


async def test_whoever_is_deactivated_or_signed_out_has_no_certificate(harbor: House, ida: Somebody) -> None:
    await ida.certificate()
    await harbor.limen.identity.people.deactivate(ida.id, by="")
    assert door_of(harbor).live() == []


async def test_panic_ends_them_all(harbor: House, ida: Somebody) -> None:
    await ida.certificate()
    await harbor.limen.identity.sessions.panic(by="")
    assert door_of(harbor).live() == []


@pytest.mark.parametrize("cause", list(Cause))
async def test_rows_go_with_an_erasure_and_tokens_with_a_restore(harbor: House, ida: Somebody, cause: Cause) -> None:
    await ida.certificate()
    token = await hosts_of(harbor).token(HOST, by="")
    now = harbor.clock.now()
    ending = Ending(cause=cause, now=now, holder="" if cause is Cause.RESTORED else ida.id)

    def end(transaction):  # type: ignore[no-untyped-def]
        for kind in CREDENTIALS:
            how = kind.how(cause)
            if not isinstance(how, Stays):
                how(transaction, ending)
        connection = transaction.connection
        left = (len(store.certificates(connection, now)), len(store.accounts(connection)))
        assert store.marks(connection) == set(marked)
        return left, store.take_token(connection, hash_of(token), now)

    marked = (mark_of("ida"),) if cause is Cause.ERASED else ()
    left, taken = await harbor.limen.database.writing(end)
    assert left == ((0, 0) if cause is Cause.ERASED else (1, 1))
    assert (taken is None) is (cause is Cause.RESTORED)
