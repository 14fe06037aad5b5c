"""Who may do what, over everything that is decided: under which conditions, why, until when, and why not."""
