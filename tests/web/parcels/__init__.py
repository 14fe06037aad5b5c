"""A part that is not Limen's: it brings a page for administrators, one for employees, and their templates."""
