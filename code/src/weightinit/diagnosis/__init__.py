"""What is wrong with a start, before anything is trained (floor 6).

:mod:`weightinit.diagnosis.observed` says what is measured, layer by layer and seed by seed, whoever measures it.
"""

from weightinit.diagnosis.observed import Observed, ObservedLayer

__all__ = ["Observed", "ObservedLayer"]
