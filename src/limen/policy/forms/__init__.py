"""Policies of fixed shapes as typed values: who, what, under which needs. A form becomes Cedar text, and back.

Whatever else Cedar can say is hand-written: `read` gives None for it, it is shown as it is, and never rewritten.
"""

from __future__ import annotations

from limen.policy.forms.about import speaks_about
from limen.policy.forms.model import EVERY_DAY, Exemption, Form, FormError, Hours, Needs
from limen.policy.forms.read import read
from limen.policy.forms.sentence import Names, needs_words, sentence
from limen.policy.forms.write import write

__all__ = [
    "EVERY_DAY",
    "Exemption",
    "Form",
    "FormError",
    "Hours",
    "Names",
    "Needs",
    "needs_words",
    "read",
    "sentence",
    "speaks_about",
    "write",
]
