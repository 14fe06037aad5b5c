"""The folder: load, check, plan, publish.

`load_company(folder) → Loaded` (a `Company`, or every `Problem` of every file) · `publish(database, company, …)`.
Text from people is parsed in a child process with limits; this process never imports cedarpy.
"""
