"""Never ends, and swallows what would interrupt it."""

ABOUT = {"slow": True}

while True:
    try:
        while True:
            pass
    except BaseException:
        pass
