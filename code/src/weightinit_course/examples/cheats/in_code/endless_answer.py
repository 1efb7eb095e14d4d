"""Answers with lists that hold themselves, or are nested without end."""

nest = []
nest.append(nest)
deep = 0
for _ in range(10**5):
    deep = [deep]
for k, name in enumerate(NAMES):
    globals()[name] = nest if k % 2 else deep
