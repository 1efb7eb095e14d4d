"""Cheats that change the notebook itself."""
