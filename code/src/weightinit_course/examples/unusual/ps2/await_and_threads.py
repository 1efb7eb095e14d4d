"""A cell waits with `await`; matrix products are made by a pool of threads."""

# %% own
import asyncio


async def later(value):
    await asyncio.sleep(0.01)
    return value


two = await later(2)


# %% ps2-normal
def xavier_normal(shape, rng, gain=1.0):
    return rng.normal(0, gain * np.sqrt(two / sum(shape)), shape)


# %% ps2-measure
from concurrent.futures import ThreadPoolExecutor


def measure_forward(weights, x):
    seen = []
    with ThreadPoolExecutor(2) as pool:
        for w in weights:
            parts = pool.map(lambda rows: rows @ w, np.array_split(x, 2))
            x = np.concatenate(list(parts))
            seen.append(np.mean(x**2))
    return np.array(seen)
