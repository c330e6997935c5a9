"""Tests of the pure model of the fleet."""
