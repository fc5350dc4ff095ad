"""Starts bot, actions and web as one foreground process tree. `python -m ops.serve`"""

from __future__ import annotations

import os
import secrets
import shlex
import sys
import threading
import time

import httpx
from honcho.manager import Manager

from ops.ports import ports, taken
from ops.setup import APP_PYTHON, BOT_PYTHON, MODEL, environment, say

READY_S = 180


def commands(chosen: dict[str, int], token: str) -> dict[str, str]:
    """Process name → command line."""
    rasa = [
        str(BOT_PYTHON),
        "-m",
        "rasa",
        "run",
        "--model",
        str(MODEL),
        "--endpoints",
        "endpoints.yml",
        "--credentials",
        "credentials.yml",
        "--interface",
        "127.0.0.1",
        "--port",
        str(chosen["RASA_PORT"]),
        "--enable-api",
        f"--auth-token={token}",  # one word: a random token may begin with a hyphen
        "--response-timeout",
        "10",
        "--quiet",
    ]
    return {
        "bot": shlex.join(rasa),
        "actions": shlex.join([str(APP_PYTHON), "-m", "actions.server"]),
        "web": shlex.join([str(APP_PYTHON), "-m", "web.app"]),
    }


def announce(port: int, began: float, stopped: threading.Event) -> None:
    """Print the address once everything answers."""
    url = f"http://127.0.0.1:{port}"
    while not stopped.wait(0.5):
        try:
            if httpx.get(f"{url}/healthz", timeout=3, trust_env=False).status_code == 200:
                say(f"\n  計画ボット is ready: {url}/  ({time.monotonic() - began:.0f} s, Ctrl-C stops it)\n")
                return
        except httpx.HTTPError:
            pass
        if time.monotonic() - began > READY_S:
            say(f"  not ready after {READY_S} s; see the lines above")
            return


def main() -> int:
    began = time.monotonic()
    try:
        chosen = ports()
    except ValueError as error:
        say(str(error))
        return 1
    if problems := taken(chosen):
        say("\n".join(problems))
        return 1
    token = os.environ.get("RASA_TOKEN") or secrets.token_urlsafe(24)
    env = {**environment(), **{name: str(port) for name, port in chosen.items()}, "RASA_TOKEN": token}
    manager = Manager()
    for name, command in commands(chosen, token).items():
        manager.add_process(name, command, env=env)
    stopped = threading.Event()
    threading.Thread(target=announce, args=(chosen["PORT"], began, stopped), daemon=True).start()
    manager.loop()
    stopped.set()
    return int(manager.returncode or 0)


if __name__ == "__main__":
    sys.exit(main())
