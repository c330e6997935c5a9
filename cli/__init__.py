"""The command line `reportflow`: a module per command, and `deployed`, which finds the stack that they work on.

A command is a function that `main` lists; what keeps it from its work is a `problems.Problem`. Inputs are checked and
the ledger is read with the functions' own code.
"""

from pathlib import Path

REPOSITORY = Path(__file__).parents[1]
# Installed by itself, the command line has neither the stack's sources nor what deploys them.
IN_A_CLONE = (REPOSITORY / "app.py").is_file()
