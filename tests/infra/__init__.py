"""Tests of what is deployed: the template, as it is synthesized."""
