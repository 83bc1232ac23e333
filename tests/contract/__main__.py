"""`python3 dev.py contract --specs DIR`: the connector and the sandbox against a vendor's files."""

import argparse
import re
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from tests.contract.bigcommerce import Day, known_fault
from tests.contract.exchanges import check
from tests.contract.openapi import Specs


def main(arguments: Sequence[str]) -> int:
    """Print what was held against what, and everything that does not fit. 0 when all does."""
    parser = argparse.ArgumentParser(prog="dev.py contract", description=__doc__)
    parser.add_argument("--specs", type=Path, required=True, help="a folder of OpenAPI files")
    try:
        specs = Specs(parser.parse_args(arguments).specs)
    except (ValueError, OSError) as error:
        print(error)
        return 2
    covered: Counter[str] = Counter()
    found: Counter[tuple[str, str, str]] = Counter()
    for exchange in Day().exchanges():
        name, problems = check(specs, exchange)
        covered[name] += 1
        found.update((name, _place(problem.where), problem.says) for problem in problems)
    return _report(covered, found)


def _place(where: str) -> str:
    """The same place of every row of a list."""
    return re.sub(r"\[\d+\]", "[]", where)


def _report(covered: Counter[str], found: Counter[tuple[str, str, str]]) -> int:
    known = {key: why for key in found if (why := known_fault(key[0], key[1]))}
    print(f"{covered.total()} requests of {len(covered)} operations were checked.")
    for why, count in Counter(known.values()).most_common():
        print(f"  known fault of the files, {count} places: {why}")
    broken = [key for key in found if key not in known]
    for name, where, says in sorted(broken):
        print(f"  {name}: {where} {says} ({found[name, where, says]} times)")
    print("Everything fits." if not broken else f"{len(broken)} places do not fit.")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
