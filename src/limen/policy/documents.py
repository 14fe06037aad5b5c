"""A question about a document, put to all policies: it lies in an app, and each rule is asked what it is about.

Rules that say nothing of documents are asked about the app, whose label is raised to the document's. So whatever is
said of confidential apps holds for confidential documents in any. Rules that name documents (`resource is Document`)
are asked about the document itself, which is in the app. What forbids in either counts; something has to permit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import chain
from typing import Final

from limen.cedar import Asking, Compiled, Entity, EntityUid, Evaluation, Policy, Record, compile_policies
from limen.cedar.interpret import Request as CedarRequest
from limen.cedar.tree import Is, Literal, descend
from limen.facts import Facts
from limen.facts.document import Document

TYPE: Final = "Document"


def names_documents(policy: Policy) -> bool:
    """Whether a policy says something of documents, in its scope or in a condition."""
    scope = policy.resource
    if scope.type == TYPE or any(uid.type == TYPE for uid in scope.entities or ()):
        return True
    nodes = chain.from_iterable(descend(condition.body) for condition in policy.conditions)
    return any(
        (isinstance(node, Is) and node.type == TYPE)
        or (isinstance(node, Literal) and isinstance(node.value, EntityUid) and node.value.type == TYPE)
        for node in nodes
    )


def document_words(facts: Facts, document: Document) -> Entity:
    """The document in Cedar's words. Its label and owner are the app's, whose label was raised (`Facts.about`)."""
    app = facts.app
    words: Record = {"sensitivity": app.sensitivity, "label": app.label.word, "owner": app.owner}
    return Entity(EntityUid(TYPE, document.id), words, frozenset([EntityUid("App", app.id)]))


def app_of(document: Entity) -> Entity:
    """The app that a document is in, with the document's label."""
    (uid,) = document.ancestors
    return Entity(uid, document.attrs)


class WithDocuments(Compiled):
    """Policies that answer about documents as well. About everything else they are asked as they were."""

    __slots__ = ("_of_documents", "every")

    def __init__(self, every: Compiled) -> None:
        super().__init__((), 0)
        self.policies = every.policies
        self.every = every
        self._of_documents = compile_policies([one for one in every.policies if names_documents(one)])

    @property
    def names_documents(self) -> bool:
        """Whether any of the policies does, so that more than a document's label may count."""
        return bool(self._of_documents.policies)

    def asking(self, principal: Entity, action: Entity, resource: Entity) -> Asking:
        if resource.uid.type != TYPE:
            return self.every.asking(principal, action, resource)
        about = self.every.asking(principal, action, app_of(resource))
        return _AskingBoth(self, principal, action, resource, about, self._of_documents)

    def prepare(self) -> None:
        self.every.prepare()
        self._of_documents.prepare()


class _AskingBoth(Asking):
    __slots__ = ("_about_app", "_about_document")

    def __init__(
        self,
        whole: Compiled,
        principal: Entity,
        action: Entity,
        document: Entity,
        about_app: Asking,
        of_documents: Compiled,
    ) -> None:
        super().__init__(whole, principal, action, document, ())
        self._about_app = about_app
        self._about_document = of_documents.asking(principal, action, document)

    def evaluate(self, context: Record, entities: Mapping[EntityUid, Entity]) -> Evaluation:
        one, other = self._about_app.evaluate(context, entities), self._about_document.evaluate(context, entities)
        return Evaluation(
            tuple(dict.fromkeys(one.permits + other.permits)),
            tuple(dict.fromkeys(one.forbids + other.forbids)),
            tuple(dict.fromkeys(one.errors + other.errors)),
        )


def about(policy: Policy, resource: Entity) -> Entity:
    """What this policy is asked about where the question is about `resource`: itself, or the app a document is in."""
    return app_of(resource) if resource.uid.type == TYPE and not names_documents(policy) else resource


def put_to(policy: Policy, request: CedarRequest) -> CedarRequest:
    """The question as this policy is asked it."""
    resource = about(policy, request.resource)
    return request if resource is request.resource else replace(request, resource=resource)
