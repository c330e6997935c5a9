"""The command line: its effects, what it prints, its exit codes."""
