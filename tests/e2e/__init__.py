"""The whole of it from outside: the command line, the embedded AWS, the real CDK CLI."""
