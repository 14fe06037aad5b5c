"""Limen as a SAML 2.0 identity provider."""
