"""Releases the problem sets of a term and marks what comes back."""
