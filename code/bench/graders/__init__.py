"""Samplers of weights, right, wrong and cheating, and graders that judge them: what `bench_graders.py` counts."""
