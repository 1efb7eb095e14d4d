"""Answers with objects that run code where they are unpickled."""

ABOUT = {"needs_isolation": True}


class Bomb:
    def __reduce__(self):
        return (eval, ("__import__('os').system('touch /tmp/weightinit-was-here')",))

    def __array__(self, *a, **k):
        import numpy as np

        return np.array([Bomb()], dtype=object)


for name in NAMES:
    globals()[name] = Bomb()
