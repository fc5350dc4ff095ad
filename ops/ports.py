"""The three ports of the system. Standard library only."""

from __future__ import annotations

import os
import socket

DEFAULTS = {"PORT": 8080, "RASA_PORT": 5005, "ACTIONS_PORT": 5055}


def ports() -> dict[str, int]:
    """Name → port, from the environment. Raises ValueError for one that is no port number."""
    chosen = {}
    for name, default in DEFAULTS.items():
        text = os.environ.get(name) or str(default)
        if not text.isdigit() or not 0 < int(text) < 65536:
            raise ValueError(f"{name}={text} is not a port number (1–65535).")
        chosen[name] = int(text)
    if len(set(chosen.values())) < len(chosen):
        raise ValueError(f"{', '.join(f'{n}={p}' for n, p in chosen.items())}: the ports must differ.")
    return chosen


def taken(chosen: dict[str, int]) -> list[str]:
    """What to tell the operator about ports that something else listens on."""
    found = []
    for name, port in chosen.items():
        host = (os.environ.get("HOST") or "0.0.0.0") if name == "PORT" else "127.0.0.1"
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError as error:
                found.append(
                    f"Port {port} is not free ({error.strerror}). Stop what uses it, or choose another with {name}=…."
                )
    return found
