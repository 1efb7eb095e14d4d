"""Makes calls that a filter refuses, thousands of times, in every cell (N53)."""

import ctypes

libc = ctypes.CDLL(None, use_errno=True)
for _ in range(300):
    for number in range(450):
        if number in (
            0,
            1,
            3,
            9,
            11,
            13,
            14,
            15,
            20,
            22,
            23,
            33,
            34,
            35,
            41,
            53,
            56,
            57,
            58,
            59,
            60,
            61,
            62,
            127,
            128,
            129,
            130,
            186,
            200,
            202,
            219,
            230,
            231,
            232,
            234,
            270,
            271,
            281,
            435,
        ):
            continue  # what would end or stop it at once by itself
        libc.syscall(number, -1, -1, -1, -1, -1, -1)
