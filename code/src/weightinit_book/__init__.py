"""Turns the notebooks into the site: checks, execution, Sphinx extensions, the build, and what is packed from it."""
