"""What tests of the guard share."""

from tests.enforcement.documents.guarded import guarded

__all__ = ["guarded"]
