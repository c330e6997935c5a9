"""Checks the machine's definition as a model: every way through it, whatever its functions answer."""
