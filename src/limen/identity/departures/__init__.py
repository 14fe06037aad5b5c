"""Departures: that somebody's access has ended everywhere, asked of every surface until each has said so."""
