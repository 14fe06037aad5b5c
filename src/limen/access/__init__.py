"""Least privilege: access that is asked for, approved by somebody else, limited in time, and ends by itself."""
