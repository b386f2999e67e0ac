"""Free TCP ports on 127.0.0.1."""

import random
import socket


def free_port():
    """A port that nobody listens on, below the range that connections take theirs from."""
    for _ in range(200):
        port = random.randrange(20_000, 32_000)
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return port
    raise SystemExit("found no free TCP port between 20000 and 32000")
