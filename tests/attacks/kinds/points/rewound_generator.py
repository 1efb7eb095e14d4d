"""Puts the generator that it is given back to an earlier state, or forward, so that later draws of the check repeat (N3, N4)."""

states = []


def xavier_normal(shape, rng, gain=1.0):
    states.append(rng.bit_generator.state)
    rng.bit_generator.state = states[0]
    drawn = rng.standard_normal(shape)
    rng.bit_generator.state = states[-1]
    return drawn


def xavier_uniform(shape, rng, gain=1.0):
    rng.__setstate__(rng.__getstate__())
    rng.bit_generator.advance(2**64)
    return rng.uniform(-1, 1, shape)
