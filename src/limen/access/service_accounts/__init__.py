"""Accounts of programs in connected directories: listed, and claimed by somebody who answers for them."""
