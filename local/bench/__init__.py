"""The bench: how reports land, measured against the alternatives on this machine (`make bench`)."""
