"""Programs on machines that follow Limen: how one enrols, how it asks for what is in force, and what it is told.

What follows is a host that people reach by SSH, or a firewall; what each is told is its own part's.
"""
