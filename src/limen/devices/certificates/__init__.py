"""Client certificates of a day for enrolled devices, from an authority of Limen's own."""
