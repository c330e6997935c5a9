"""The embedded AWS, with a small CDK app of its own to try it on."""
