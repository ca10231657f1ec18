#!/usr/bin/env python3
"""Makes the test vectors, or checks the committed ones with the reader in reader/."""

import argparse
import sys
from collections import Counter
from pathlib import Path

HERE = Path(__file__).resolve().parent
SUFFIX = ".vector"


def committed() -> dict[str, bytes]:
    """The vectors as they are on disk, by path without suffix."""
    paths = sorted(HERE.glob(f"*/*{SUFFIX}"))
    return {path.relative_to(HERE).as_posix().removesuffix(SUFFIX): path.read_bytes() for path in paths}


def generated() -> dict[str, bytes]:
    """The vectors as the scenarios make them; the same bytes every time."""
    from maker.scenarios import all_scenarios

    found: dict[str, bytes] = {}
    for scenario in all_scenarios():
        if scenario.path in found:
            raise ValueError(f"two scenarios are called {scenario.path}")
        found[scenario.path] = scenario.vector.to_bytes()
    return found


def write() -> int:
    """Writes the vectors that changed and deletes files that are no longer a scenario's."""
    wanted, found = generated(), committed()
    for path in found.keys() - wanted.keys():
        (HERE / f"{path}{SUFFIX}").unlink()
    for path, data in wanted.items():
        if found.get(path) == data:
            continue
        file = HERE / f"{path}{SUFFIX}"
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(data)
    for folder, count in sorted(Counter(path.split("/")[0] for path in wanted).items()):
        print(f"{folder}: {count}")
    print(f"{len(wanted)} vectors, {sum(map(len, wanted.values())):,} bytes")
    return 0


def check() -> int:
    """Reads every committed vector, and compares its bytes with those of its scenario."""
    from judge import disagreement

    wanted, found = generated(), committed()
    failed = 0
    for path in sorted(wanted.keys() | found.keys()):
        if path not in found:
            problem: str | None = "not on disk; run make.py"
        elif path not in wanted:
            problem = "on disk, but no scenario makes it; run make.py"
        elif found[path] != wanted[path]:
            problem = "its bytes differ from what its scenario makes; run make.py"
        else:
            problem = disagreement(found[path])
        if problem is not None:
            failed += 1
            print(f"{path}: {problem}")
    print(f"{len(wanted.keys() | found.keys()) - failed} passed, {failed} failed")
    return 1 if failed else 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="read the committed vectors; exit 1 if any disagrees")
    arguments = parser.parse_args()
    try:
        import cryptography  # noqa: F401
    except ImportError:
        print("make.py needs the package `cryptography`: pip install -r vectors/requirements.txt", file=sys.stderr)
        return 2
    return check() if arguments.check else write()


if __name__ == "__main__":
    sys.exit(main())
