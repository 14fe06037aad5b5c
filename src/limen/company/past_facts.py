"""The facts of past requests, read again with a company's apps and networks, which may have changed since."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from ipaddress import ip_address
from typing import TypeAlias

import msgspec

from limen.cedar import Entity, Record
from limen.clock import Instant
from limen.company.company import Company
from limen.facts import App, Auth, Device, Document, Facts, Grant, Person, Place, Plain, Risk, Session
from limen.policy.cedar_view import CedarView, app_words, device_words, joined, person_words, place_words, risk_words
from limen.policy.documents import document_words
from limen.storage.journal.past_decisions import WrittenFacts, sharing

_App: TypeAlias = "tuple[App, Entity] | None"


class PastFacts:
    """Reads past facts as a company's policies see them. Equal persons, devices and places are decoded once."""

    def __init__(self, company: Company) -> None:
        self._apps = company.all_apps
        self._networks = company.networks
        self._app: Callable[[msgspec.Raw], _App] = sharing(App, self._counterpart)
        self._person: Callable[[msgspec.Raw], tuple[Person, Entity]] = sharing(
            Person, lambda one: (one, person_words(one))
        )
        self._auth = msgspec.json.Decoder(Auth).decode
        self._session = msgspec.json.Decoder(Session | None).decode
        self._device: Callable[[msgspec.Raw], tuple[Device, Record]] = sharing(
            Device, lambda one: (one, device_words(one))
        )
        self._place: Callable[[msgspec.Raw], tuple[Place, Record]] = sharing(Place, self._here)
        self._risk: Callable[[msgspec.Raw], tuple[Risk, Record]] = sharing(Risk, lambda one: (one, risk_words(one)))
        self._grants: Callable[[msgspec.Raw], tuple[Grant, ...]] = sharing(tuple[Grant, ...], lambda one: one)
        self._document: Callable[[msgspec.Raw], Document | None] = msgspec.json.Decoder(Document | None).decode
        self._more: Callable[[msgspec.Raw], tuple[tuple[str, Plain], ...]] = sharing(
            dict[str, Plain], lambda one: tuple(sorted(one.items()))
        )

    def seen(self, written: WrittenFacts, device_seen_at: Instant = 0) -> CedarView | None:
        """None where the company has no such app. Raises msgspec.DecodeError for what are no facts.

        `device_seen_at`: when the device last reported, 0 where the facts say it themselves. What comes back is this
        caller's alone, and nothing of it points back at it.
        """
        app = self._app(written.app)
        if app is None:
            return None
        person, principal = self._person(written.person)
        device, of_device = self._device(written.device)
        if device_seen_at:
            device = replace(device, seen_at=device_seen_at)
            of_device = device_words(device)
        place, of_place = self._place(written.place)
        risk, of_risk = self._risk(written.risk)
        auth, session, grants = self._auth(written.auth), self._session(written.session), self._grants(written.grants)
        facts = Facts(app[0], person, auth, session, device, place, risk, grants, self._more(written.more))
        document = self._document(written.document)
        if document is None:
            return joined(facts, principal, app[1], of_device, of_place, of_risk)
        facts = facts.about(document)
        return joined(facts, principal, document_words(facts, document), of_device, of_place, of_risk)

    def _counterpart(self, app: App) -> _App:
        """The company's app of this id, whose label may be another now."""
        own = self._apps.get(app.id)
        return None if own is None else (own, app_words(own))

    def _here(self, place: Place) -> tuple[Place, Record]:
        """The same address in the networks of this company."""
        network = self._network(place.address)
        if network != place.network:
            place = replace(place, network=network)
        return place, place_words(place)

    def _network(self, address: str) -> str:
        try:
            parsed = ip_address(address)
        except ValueError:
            return ""
        return next((name for name, network in self._networks if parsed in network), "")
