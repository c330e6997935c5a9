"""The bench: how reports land on this machine, and what other ways of landing them cost; how polling does."""

import sys
from pathlib import Path

# As on Lambda, the functions' modules are found by themselves.
sys.path.insert(0, str(Path(__file__).parents[2] / "lambdas"))
