"""Turning one policy off, report-only or enforced: its `@state` changes in the text, and nothing else does."""

from __future__ import annotations

from limen.company.candidate import candidate, find_policy, replaced
from limen.company.cedar_text import Piece
from limen.company.company import Company
from limen.policy import State


def in_state(company: Company, policy_id: str, state: State) -> Company:
    """The company with this one policy in this state; its own self where it is so already.

    Raises `LimenError` where there is no such policy, and `FolderError` where the text can't be read any more.
    """
    body = company.policies.tree["staticPolicies"].get(policy_id, {})
    if policy_id in company.policies.sources and (body.get("annotations") or {}).get("state", "enforce") == state:
        return company
    return candidate(company, with_state(company, policy_id, state))


def with_state(company: Company, policy_id: str, state: State) -> dict[str, str]:
    """The file that holds this policy, with its `@state` changed. Raises `LimenError` where there is no such policy."""
    _, piece = find_policy(company, policy_id)
    return replaced(company, policy_id, _said(piece, state))


def _said(piece: Piece, state: State) -> str:
    """The policy's text saying this state: in place of the one it says, or on a line of its own before it begins."""
    text, tokens = piece.text, piece.tokens
    for (_, sign), (_, name), (_, opens), (at, value) in zip(tokens, tokens[1:], tokens[2:], tokens[3:], strict=False):
        if sign == "@" and name == "state" and opens == "(" and value.startswith('"'):
            return f'{text[:at]}"{state}"{text[at + len(value) :]}'
    begins = next(at for at, word in tokens if word in {"permit", "forbid"} and not _is_name(text, at))
    newline = "\r\n" if "\r\n" in text else "\n"
    return f'{text[:begins]}@state("{state}"){newline}{text[begins:]}'


def _is_name(text: str, at: int) -> bool:
    """Whether the word here names an annotation (`@permit`), which Cedar would allow."""
    return text[:at].rstrip().endswith("@")
