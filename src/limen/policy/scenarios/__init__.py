"""The finitely many scenarios that policies can tell apart: where an answer changes, and facts with which it does."""
