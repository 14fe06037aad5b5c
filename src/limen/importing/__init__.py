"""Moving in: what another system knows of people, groups, apps and policies becomes part of a company folder.

A `Reader` for each system turns its export into one `model.System`, and accounts for every value of the export in a
`report.Report`. `writing.py` makes of the model the texts of a company folder, which are previewed, tested and
published as any change is.
"""
