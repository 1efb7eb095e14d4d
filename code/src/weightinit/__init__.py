"""Helper package of the course *Weight Initialization: derived, predicted, measured*.

The modules stand on floors; an upper one may import a lower one, never the reverse: `activations`, `initializers` (1),
`moments` (2), `meanfield` (3), `network`, `training` (4), `experiments` (5), and on top `claims`, `plots`,
`explorers`, `selfcheck`, `grading` (6).
"""

__version__ = "0.1.0"
