"""The polling bench: how late and how dearly reports are noticed, simulated with the handlers' own waits."""
