"""Tests: they mirror the tree; tests/workflow executes the synthesized machine with the real handlers."""
