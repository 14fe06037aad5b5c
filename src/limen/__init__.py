"""Limen: zero trust for small and medium businesses. Every request crosses a threshold and is decided in the open."""

__version__ = "0.1.0"
