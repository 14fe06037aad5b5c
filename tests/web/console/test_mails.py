from __future__ import annotations

from tests.web.console.conftest import Console

from limen.clock import DAY


async def test_an_invitation_by_mail_is_in_a_file_and_its_link_on_no_page(console: Console) -> None:
    await console.ada.get("/console/people/invite")
    form = {"name": "Noa", "email": "noa@harbor.example", "groups": "staff", "how": "mail", "language": "de"}
    sent = await console.ada.post("/console/people/invite", **form)
    person = f"/console/people/{console.house.id_of('noa@harbor.example')}"
    assert sent.headers["location"] == f"{person}?done=filed"
    page = (await console.ada.get(person)).text
    assert "/enrol#" not in page
    assert "An invitation" in page
    mail = (await console.ada.get("/console/people/mail")).text
    assert "Emails are written to files in data/outbox. Set [mail] in limen.toml to send them." in mail
    assert "Noa" in mail
    written = (await console.ada.get("/console/people/mail?state=failed")).text
    assert "No emails in this state" in written
    assert (await console.ada.post("/console/people/mail/again")).headers["location"].endswith("done=again")


async def test_who_has_no_good_link_is_mailed_again_with_one_press(console: Console) -> None:
    await console.house.invite("Noa", "staff")
    assert "until " in (await console.ada.get("/console/people?show=invited")).text
    console.house.clock.forward(7 * DAY)
    fresh = console.house.browser()
    fresh.passkey = console.ada.passkey
    await fresh.sign_in()
    page = (await fresh.get("/console/people?show=invited")).text
    assert "link expired" in page
    assert (await fresh.post("/console/people/mail-again")).headers["location"].endswith("done=filed-again")
    assert len(await console.house.limen.identity.links.outstanding()) == 1
