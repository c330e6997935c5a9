"""The synthesized machine, executed with the real handlers against the simulated Amazon."""
