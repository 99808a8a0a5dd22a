"""Make scenarios of a Twins file: ``python -m benchmarks.agreement.twins FILE.json -o FOLDER [PROTOCOL]``."""

import sys
from pathlib import Path

from models.bft.twins import PROTOCOLS, as_yaml, read

USAGE = "write: python -m benchmarks.agreement.twins FILE.json -o FOLDER [PROTOCOL]"


def main(words: list[str]) -> int:
    """Write one scenario file for each scenario; 4 for what cannot be done."""
    if len(words) not in (3, 4) or words[1] != "-o":
        return _refuse(USAGE)
    file, _, folder, protocol = (*words, "smvba")[:4]
    if protocol not in PROTOCOLS:
        return _refuse(f"no protocol {protocol!r}; expected one of {', '.join(PROTOCOLS)}")
    try:
        twins = read(Path(file).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        return _refuse(f"{file}: {error.strerror if isinstance(error, OSError) else error}")
    if not Path(folder).is_dir():
        return _refuse(f"{folder}: no such folder")
    for number in range(1, len(twins.scenarios) + 1):
        path = Path(folder) / f"{protocol}-twins-{number}.yaml"
        path.write_text(as_yaml(twins, number, protocol), encoding="utf-8")
        print(path)
    return 0


def _refuse(why: str) -> int:
    print(why, file=sys.stderr)
    return 4


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
