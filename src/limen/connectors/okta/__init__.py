"""Okta."""
