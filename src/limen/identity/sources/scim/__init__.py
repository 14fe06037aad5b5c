"""SCIM 2.0 (RFC 7643, RFC 7644): a directory or HR system tells who there is, one thing at a time."""
