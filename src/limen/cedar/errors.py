"""What can go wrong with Cedar: text that doesn't parse, data that isn't Cedar's, a policy that errs."""

from __future__ import annotations


class CedarError(Exception):
    """Every error this package raises on purpose."""


class ParseError(CedarError):
    """Text or a JSON tree that is not a Cedar policy, schema or literal. Carries what the parser said."""


class TemplateError(ParseError):
    """A policy with `?principal` or `?resource`: link it with Cedar first, templates authorise nothing."""


class TooDeepError(ParseError):
    """An expression nested deeper than `limen.cedar.tree.MAX_DEPTH`; refused instead of risking the stack."""


class DataError(CedarError):
    """Entities or a context that are not Cedar data, or that do not fit the schema."""


class EvaluationError(CedarError):
    """One policy could not be evaluated: a missing attribute, a wrong type, an overflow."""
