"""What is odd about a document that has landed."""
