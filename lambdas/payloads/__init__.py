"""All that flows between the machines' states: their contract.

The names are SP-API's own where it has one. Tokens, restricted-data tokens and document URLs have no place here.
"""
