"""The one form in which events of every source are kept, found and judged: OCSF, in columns."""
