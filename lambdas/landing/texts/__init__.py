"""Which charset a text is in, and the same text in UTF-8."""
