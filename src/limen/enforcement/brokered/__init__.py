"""The one account of a vendor's that people have to share: the gateway signs each of them in with a secret they never
see.
"""
