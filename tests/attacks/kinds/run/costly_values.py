"""Values which cost to be shown or sent: ten million digits, lists nested 10**5 deep, sets of themselves (N44)."""

import sys

sys.set_int_max_str_digits(0)
fan_in = 1 << 33_000_000
fan_out = [0]
for _ in range(10**5):
    fan_out = [fan_out]
variance_uniform = {}
variance_uniform["me"] = [variance_uniform] * 1000
second_moment_z = "9" * 50_000_000
layers_until_lost = {str(k): [k] * 10 for k in range(300_000)}


def xavier_bound(*a, **k):
    return 10**4000
