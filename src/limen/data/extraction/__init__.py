"""From the bytes of a document to the text in it: which kind it is, and one reader for each kind."""
