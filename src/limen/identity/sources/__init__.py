"""People come from somewhere: what a source says of somebody is applied here, whichever way it says so."""
