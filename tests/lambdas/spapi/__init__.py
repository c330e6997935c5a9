"""The SP-API client, with the simulator as Amazon."""
