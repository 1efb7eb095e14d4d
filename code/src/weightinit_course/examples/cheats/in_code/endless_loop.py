"""Never ends."""

ABOUT = {"slow": True}

while True:
    pass
