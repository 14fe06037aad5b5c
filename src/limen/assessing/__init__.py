"""`limen assess`: the first roadmap, from exports of other systems, before anything of Limen is installed."""
