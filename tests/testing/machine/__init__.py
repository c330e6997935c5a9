"""Runs a Step Functions definition in-process and in virtual time, and lints it: support for the workflow's tests."""
