"""The command line `reportflow`: a module per command, and `deployed`, which finds the stack that they work on.

A command is a function that `main` lists; what keeps it from its work is a `problems.Problem`. Inputs are checked and
the ledger is read with the functions' own code.
"""

from pathlib import Path

REPOSITORY = Path(__file__).parents[1]
