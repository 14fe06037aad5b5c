"""Data knows its worth: what is in a document or a message, which label it has, and where it may go."""
