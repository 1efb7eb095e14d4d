"""All that stands in the jail beside the problem set's toolbox; copied whole, and nothing else of this package is."""
