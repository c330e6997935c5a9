"""What a document holds: its format, its records, the names in it, and buyers' data."""
