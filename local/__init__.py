"""The laptop: an embedded AWS, a simulated Amazon, and the command that runs the stack between them."""
