"""Passwords, tokens and keys: by the form that their makers publish, or by the name that stands before them."""
