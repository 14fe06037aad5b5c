"""Rows that controls have in common."""

from __future__ import annotations

from dataclasses import replace

from tests.roadmap.harbor import federated, harbor
from tests.roadmap.people import member

from limen.clock import DAY
from limen.facts import LIMEN, App, Upstream
from limen.identity.model import PersonStatus
from limen.identity.past_sign_ins import PastSignIns
from limen.roadmap.evidence import Evidence
from limen.roadmap.identity.evidence import IdentityEvidence
from limen.roadmap.identity.imported import Imported
from limen.roadmap.identity.providers import no_log
from limen.roadmap.identity.rows import TOO_SHORT, active, imported_of, of_app, of_person, unread

ADA, GONE = member("Ada"), member("Gone", status=PersonStatus.INACTIVE)
EVIDENCE = Evidence(at=1, members=(ADA, GONE))


def with_identity(identity: IdentityEvidence) -> Evidence:
    return replace(EVIDENCE, identity=identity)


def test_a_row_of_somebody_is_personal_and_leads_to_them() -> None:
    row = of_person(ADA.person, "")
    assert (row.id, row.page, row.is_met, row.is_personal) == ("p_ada", "/console/people/p_ada", True, True)
    assert of_person(ADA.person, "no").is_met is False


def test_a_row_of_an_app_leads_to_it() -> None:
    wiki = App("wiki", "Wiki", "wiki.harbor.example", Upstream(""))
    assert of_app(wiki, "").page == "/console/apps/wiki"
    assert of_app(replace(wiki, id=LIMEN), "").page == "/console/settings"


def test_only_active_people_are_counted() -> None:
    assert active(EVIDENCE) == [ADA]


def test_sign_ins_that_were_not_read_to_their_end_are_silent() -> None:
    assert unread(EVIDENCE)
    assert unread(with_identity(IdentityEvidence(sign_ins=PastSignIns(0, 1, (), is_whole=False))))
    assert not unread(with_identity(IdentityEvidence(sign_ins=PastSignIns(0, 1, ()))))


def test_where_another_provider_is_known_its_log_is_missed() -> None:
    assert imported_of(EVIDENCE) == ()
    trusting = replace(EVIDENCE, company=federated(harbor(), "https://login.microsoftonline.com/x"))
    assert imported_of(trusting) == (Imported("azure", missing=no_log("azure")),)
    okta, azure = Imported("okta", 5), Imported("azure", 4)
    assert imported_of(replace(trusting, identity=IdentityEvidence(imported=(okta,)))) == (
        okta,
        Imported("azure", missing=no_log("azure")),
    )
    assert imported_of(replace(trusting, identity=IdentityEvidence(imported=(okta, azure)))) == (okta, azure)


def test_a_journal_that_does_not_reach_back_so_far_is_silent() -> None:
    known = replace(with_identity(IdentityEvidence(sign_ins=PastSignIns(0, 1, ()))), at=100 * DAY)
    assert not unread(replace(known, recorded_since=70 * DAY))
    assert unread(replace(known, recorded_since=72 * DAY)) == TOO_SHORT
