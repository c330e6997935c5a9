"""Landed reports as tables."""
