"""Backup, wipe, restore: the same decision, the same passkeys, and nothing that was open or ended revives."""

from __future__ import annotations

import json
import os
import shutil
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from tests.web.conftest import Browser, House, move_in

from limen.app import open_limen
from limen.backup.restore import restore
from limen.backup.take import take
from limen.cli import why
from limen.clock import HOUR, MINUTE
from limen.company.load import load_company, load_settings
from limen.company.places import key_file
from limen.enforcement.authorization import presented
from limen.enforcement.decision_point import Answer
from limen.identity.errors import LinkRefusedError, RecoveryRefusedError
from limen.identity.model import Visitor
from limen.mail import store as mails
from limen.mail.store import Mail, MailState
from limen.storage import master_key

THERE = Visitor("203.0.113.9", "Firefox", "b" * 43)


def ask(house: House, *, cookie: str = "", token: str = "") -> Answer:
    host = house.limen.known.apps["wiki"].host.encode()
    said = presented(f"Bearer {token}".encode()) if token else None
    return house.limen.doors.decide_request("gateway", b"GET", host, b"/", cookie.encode(), "192.0.2.7", said)


def explained(capsys: Any, **words: Any) -> dict[str, Any]:
    usual = {"folder": Path(), "replay": None, "as_json": True, "audience": "administrator", "lang": "en"}
    why.run(**{"decision": "", **usual, **words})
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


async def test_the_same_decision_the_same_passkey_and_nothing_revives(tmp_path: Path, capsys: Any) -> None:
    root, file, decided = tmp_path / "harbor", tmp_path / "backup.tar.gz", tmp_path / "decision.json"
    async with AsyncExitStack() as closing:
        house = await move_in(closing, root)
        ada, mia = house.browser(), house.browser()
        await house.administrator(ada)
        mia_id = await house.member(mia, "Mia", "staff")
        there = await house.into(mia, "wiki")
        cookie = "; ".join(f"{one.name}={one.value}" for one in there.client.cookies.jar)
        answer = ask(house, cookie=cookie)
        assert answer.permitted
        identity = house.limen.identity
        session = next(one for one in house.limen.known.sessions.values() if one.person_id == mia_id and not one.app)
        token = await identity.tokens.make(session, 3, app="wiki", actions=["view"], days=1, name="git")
        assert ask(house, token=token.secret).permitted
        access_pass = await identity.people.access_pass(mia_id, by="", why="Lost her laptop.")
        (code, *_) = await identity.recovery.make(session)
        at = house.clock.now()
        later = Mail("m_later", mia_id, "l_1", MailState.QUEUED, at, at + HOUR, at + HOUR, 1)  # until then it waits
        house.limen.database.write(lambda transaction: mails.insert_mail(transaction.connection, later, b"sealed"))
        house.limen.journal.flush()
        settings, at = load_settings(root), house.clock.now()
        key = master_key(key_file(root, settings), os.environ)
        take(root, settings, key, file, at)
        before = explained(capsys, decision=answer.id, folder=root)
    shutil.rmtree(root)  # what was revoked after the backup, nobody knows any more

    restore(file, root, at + MINUTE, key=key)

    after = explained(capsys, decision=answer.id, folder=root)
    assert after == before
    decided.write_text(json.dumps(after))
    assert explained(capsys, replay=decided)["agrees"] is True
    async with AsyncExitStack() as closing:
        house.clock.forward(2 * MINUTE)
        limen = await open_limen(closing, load_settings(root), root, lambda: load_company(root), house.clock)
        again = House(limen, house.clock, closing)
        assert not ask(again, cookie=cookie).permitted
        assert not ask(again, token=token.secret).permitted
        with pytest.raises(RecoveryRefusedError):
            await limen.identity.recovery.redeem(THERE, "mia@harbor.example", code)
        with pytest.raises(LinkRefusedError):
            await limen.identity.links.open(access_pass.token.reveal(), THERE)
        waiting = limen.database.read(lambda snapshot: mails.recent(snapshot.connection, 9))
        ended = {one.id: (one.state, one.problem) for one in waiting}
        assert ended["m_later"] == (MailState.FAILED, "withdrawn")
        assert MailState.QUEUED not in {one.state for one in waiting}
        home = Browser(again.browser().client, mia.passkey)
        assert (await home.sign_in()).status_code == 200
        back = await again.into(home, "wiki")
        fresh = "; ".join(f"{one.name}={one.value}" for one in back.client.cookies.jar)
        assert ask(again, cookie=fresh).permitted
