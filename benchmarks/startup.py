"""Wall time of a whole `sim run` of a small scenario, and what it loads."""

import subprocess
import sys
import time
from statistics import median

COMMAND = [
    sys.executable,
    "-m",
    "sim",
    "run",
    "scenarios/raft/calm.yaml",
    "--set",
    "duration=8s",
    "--set",
    "settle=4s",
    "--no-save",
]
HEAVY = ("pandas", "matplotlib", "distributed", "networkx", "numpy")


def main() -> None:
    """Print the median of eleven runs, that of a bare interpreter, and which heavy packages were loaded."""

    def seconds(command: list[str]) -> float:
        times = []
        for _ in range(11):
            began = time.perf_counter()
            subprocess.run(command, check=True, capture_output=True)
            times.append(time.perf_counter() - began)
        return median(times)

    bare = seconds([sys.executable, "-c", "pass"])
    whole = seconds(COMMAND)
    print(f"sim run    {whole:.3f} s   (bare interpreter {bare:.3f} s)")
    show = f"print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)"
    code = f"import sys, sim.cli; sim.cli.main({COMMAND[3:]!r}); {show}"
    loaded = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True).stderr.strip()
    print(f"loaded     {loaded}   of {', '.join(HEAVY)}")
