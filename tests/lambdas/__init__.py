"""The functions, with moto as AWS and the simulator as Amazon."""
