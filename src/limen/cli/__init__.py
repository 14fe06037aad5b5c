"""Parse, call, print; nothing else.

Every command ends with 0 when all is well, 1 when something is wrong (and it says what), 2 when it was called wrongly.
"""
