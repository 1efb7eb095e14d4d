"""Numbers by careful simulation: quantiles in the place of draws."""

# %% ps3-relu
from scipy.special import ndtri

z = math.sqrt(VARIANT["q"]) * ndtri((np.arange(2_000_000) + 0.5) / 2_000_000)
relu_square = np.mean(np.maximum(z, 0) ** 2)
relu_std = np.std(np.maximum(z, 0))

# %% ps3-leaky
a, k = VARIANT["slope"], VARIANT["k"]
leaky_square = np.mean(np.where(z > 0, z, a * z) ** 2)
lopsided_square = np.average(np.maximum([k, -1], 0) ** 2, weights=[1, k])

# %% ps3-cut
inside = z[np.abs(z) <= VARIANT["cut"] * math.sqrt(VARIANT["q"])]
cut_std = inside.std() / math.sqrt(VARIANT["q"])
