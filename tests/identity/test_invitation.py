from __future__ import annotations

from tests.identity.conftest import House

from limen.identity.model import Visitor
from limen.mail import Mails, Message
from limen.mail.store import recent, take_due


async def queued(house: House) -> list[Message]:
    now = house.clock.now()
    due = house.database.write(lambda tx: take_due(tx.connection, now, 10, now))
    return [Mails(house.ports.keyring).opened(one) for one in due]


async def test_an_invitation_names_who_invites_and_how_to_check_it(house: House, visitor: Visitor) -> None:
    ada = await house.administrator(house.passkey(), visitor)
    issued = await house.parts.people.invite("Eve", "eve@harbor.example", by=ada.person.id, by_mail=True)
    (mail,) = await queued(house)
    assert (mail.to, mail.subject) == ("eve@harbor.example", "Ada Harbor has invited you to Harbor's apps")
    for words in (
        issued.url,
        "\n  https://limen.harbor.example\n",
        "until 1 December 2026, 09:00 (UTC)",
        "Ask Ada Harbor or another colleague",
        "begin with exactly https://limen.harbor.example/",
        "ignore it",
    ):
        assert words in mail.text
    assert f'<a href="{issued.url}">{issued.url}</a>' in mail.html
    assert "!" not in mail.text


async def test_it_is_written_in_the_persons_language_and_escaped(house: House) -> None:
    await house.parts.people.invite("Eve <b>", "eve@harbor.example", by="", by_mail=True, language="de")
    (mail,) = await queued(house)
    assert mail.subject == "Einladung zu den Apps von Harbor"
    assert "Guten Tag Eve <b>," in mail.text
    assert "bis 1. Dezember 2026, 09:00 Uhr (UTC)" in mail.text
    assert "Eve &lt;b&gt;" in mail.html
    assert '<html lang="de">' in mail.html


async def test_an_older_mail_dies_with_its_link(house: House) -> None:
    first = await house.parts.people.invite("Eve", "eve@harbor.example", by="", by_mail=True)
    second = await house.parts.people.invite_again(first.link.person_id, by="", by_mail=True)
    (mail,) = await queued(house)
    assert second.url in mail.text
    await house.parts.links.revoke(second.link.id, by="")
    states = house.database.read(lambda snapshot: recent(snapshot.connection, 9))
    assert {(one.state, one.problem) for one in states} == {("failed", "withdrawn")}


async def test_everybody_whose_link_ran_out_is_mailed_again(house: House) -> None:
    await house.parts.people.invite("Eve", "eve@harbor.example", by="")
    assert await house.parts.people.mail_again(by="") == 0
    house.clock.forward(7 * 86_400_000)
    assert [await house.parts.people.mail_again(by="") for _ in range(2)] == [1, 0]
    assert len(await queued(house)) == 1


async def test_who_has_no_language_is_written_to_in_the_companys(house: House) -> None:
    from dataclasses import replace

    from limen.facts import Person
    from limen.identity.invitation import written

    issued = await house.invited()
    ports = replace(house.ports, settings=house.ports.settings.model_copy(update={"languages": ("de", "en")}))
    eve = Person("p_1", "Eve", "eve@harbor.example")
    assert written(eve, "", issued, ports, "").language == "de"
    assert written(eve, "", issued, ports, "en").language == "en"
