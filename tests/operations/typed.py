"""Types every block of docs/operations.md in its order, and prints what the machines answer."""

from __future__ import annotations

import re
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from tests.operations.lab import ROOT, lab

PAGE = ROOT / "docs" / "operations.md"
BLOCK = re.compile(r"^```sh ([\w-]+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Block:
    machine: str
    text: str


def blocks_of(page: Path) -> list[Block]:
    return [Block(machine, text) for machine, text in BLOCK.findall(page.read_text(encoding="utf-8"))]


def main() -> int:
    with lab() as machines:
        for block in blocks_of(PAGE):
            print("\n".join(f"{block.machine}$ {line}" for line in block.text.splitlines()), flush=True)
            started = time.monotonic()
            print(machines[block.machine].type(block.text), flush=True)
            print(f"-- {time.monotonic() - started:.1f} s", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
