"""Makes a million files."""

for k in range(10**6):
    open(f"file{k}", "w").close()
