"""The bench: how reports land on this machine, and what other ways of landing them cost; how polling does."""
