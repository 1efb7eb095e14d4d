"""Cases and rules for `bench_diagnoses.py`."""
