"""What the tests and the demonstration show to the marking."""
