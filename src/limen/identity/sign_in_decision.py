"""Sign-in is itself a decision: asked here of policy, with the facts of somebody who has no session yet."""

from __future__ import annotations

from limen.events import Event, Outcome
from limen.facts import LIMEN, Auth, Facts, Person
from limen.identity.errors import SignInFailedError
from limen.identity.model import Visitor
from limen.identity.ports import Ports
from limen.policy.decision import Decision


def decide_sign_in(ports: Ports, person: Person, auth: Auth, visitor: Visitor) -> Decision:
    """Whether this person, having proved this, from there, may sign in.

    Raises SignInFailedError when there is nothing to ask about: Limen's own app is not known.
    """
    app = ports.known.apps.get(LIMEN)
    if app is None:
        refuse(ports, "sign_in.failed", "limen-app-unknown", visitor, person.id)
        raise SignInFailedError
    facts = Facts(
        app=app,
        person=person,
        auth=auth,
        place=ports.known.place(visitor.address),
        risk=ports.known.risk_of(person.id),
    )
    return ports.decide(facts, "sign_in")


def refuse(ports: Ports, kind: str, reason: str, visitor: Visitor, person_id: str = "", session: str = "") -> None:
    """Journal a refusal. `reason` is one of our own words, never text from outside."""
    ports.say(
        Event(
            at=ports.now(),
            kind=kind,
            outcome=Outcome.FAILURE,
            subject=person_id,
            session=session,
            address=visitor.address[:64],
            reason=reason,
        )
    )
