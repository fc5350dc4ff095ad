"""A running system to ask: the one that is there, or one started for the purpose."""

from __future__ import annotations

import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from ops.setup import ROOT, environment


def answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/healthz", timeout=5, trust_env=False).status_code == 200
    except httpx.HTTPError:
        return False


@contextmanager
def running_system(url: str | None = None) -> Iterator[str]:
    """The address of a system that answers; one that had to be started is stopped at the end."""
    known = url or f"http://127.0.0.1:{os.environ.get('PORT') or 8080}"
    if answers(known):
        yield known
    elif url:
        raise SystemExit(f"{url} does not answer; start it with `make run` or leave the URL out.")
    else:
        with started_system({}) as own:
            yield own


@contextmanager
def parser_server(url: str | None = None) -> Iterator[tuple[str, dict[str, str]]]:
    """(address, query parameters) of a Rasa server that parses single messages; started and stopped here without `url`."""
    if url:
        yield url, {}
        return
    port, token = free_ports(1)[0], secrets.token_urlsafe(12)
    with started_system({"RASA_PORT": str(port), "RASA_TOKEN": token}):
        yield f"http://127.0.0.1:{port}", {"token": token}


def free_ports(count: int) -> list[int]:
    """Ports that nothing listens on now."""
    probes = [socket.socket() for _ in range(count)]
    for probe in probes:
        probe.bind(("127.0.0.1", 0))
    found = [int(probe.getsockname()[1]) for probe in probes]
    for probe in probes:
        probe.close()
    return found


@contextmanager
def started_system(extra: dict[str, str], log: Path | None = None, seconds: float = 180) -> Iterator[str]:
    """Start the whole system on free ports and stop it at the end. Raises RuntimeError when it does not come up."""
    web, bot, actions = free_ports(3)
    env = {
        **environment(),
        "PORT": str(web),
        "RASA_PORT": str(bot),
        "ACTIONS_PORT": str(actions),
        "HOST": "127.0.0.1",
        **extra,
    }
    out = log.open("ab") if log else subprocess.DEVNULL
    process = subprocess.Popen(
        [sys.executable, "-m", "ops.serve"], cwd=ROOT, env=env, stdout=out, stderr=out, start_new_session=True
    )
    url = f"http://127.0.0.1:{web}"
    try:
        deadline = time.monotonic() + seconds
        while not answers(url):
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"the system did not come up (exit {process.poll()}); see {log}")
            time.sleep(0.3)
        yield url
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
