"""Runs the benchmarks one after the other: `python -m bench [name …]`"""

from __future__ import annotations

import importlib
import pkgutil
import sys
from collections.abc import Callable
from pathlib import Path


def benchmarks() -> dict[str, Callable[[], None]]:
    """Name → `main` of every module of this folder that has one."""
    names = sorted(m.name for m in pkgutil.iter_modules([str(Path(__file__).parent)]) if not m.name.startswith("_"))
    modules = {name: importlib.import_module(f"bench.{name}") for name in names}
    return {name: module.main for name, module in modules.items() if hasattr(module, "main")}


def main() -> int:
    known = benchmarks()
    wanted = sys.argv[1:] or list(known)
    unknown = [name for name in wanted if name not in known]
    if unknown:
        print(f"No such benchmark: {', '.join(unknown)}. There are: {', '.join(known)}.", file=sys.stderr)
        return 1
    for name in wanted:
        print(f"\n## {name}\n", flush=True)
        known[name]()
    return 0


if __name__ == "__main__":
    sys.exit(main())
