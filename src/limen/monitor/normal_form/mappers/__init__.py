"""Each product's records, as its maker documents them: tables of which field is which column."""
