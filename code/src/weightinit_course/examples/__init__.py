"""Made-up answers: right, blank, wrong, cheating, broken. Demonstration and tests show them to the marking."""
