#!/usr/bin/env python3
"""Breaks safe code in three ways (drops a removal, frees before it removes, drops a lock) and counts how often the checker notices.

The safe code is that of the rules' examples. A mutant counts as noticed when findings appear that the safe form did not have. Mutants that
are no fault, such as a removal that another one repeats, are listed with their reason in mutations.tsv and are left out.
"""

import argparse
import csv
import json
import pathlib
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).parent
EXAMPLES = HERE.parent.parent / "Tests" / "CheckerTests" / "Rules"
GOAL = 0.85
REMOVAL = re.compile(r"^\s*(defer )?(delete\(|clear\(|[\w.]+\.(Delete|LoadAndDelete)\([^)])")
RELEASE = re.compile(r"^\s*C\.\w*(free|close|destroy|release|unref|delete)\w*\(", re.IGNORECASE)
LOCK = re.compile(r"^\s*(defer )?[\w.]*\.?R?(Lock|Unlock|RLock|RUnlock)\(\)$")


def safe_examples():
    """Name and files of each safe example: (name, {file: lines})."""
    for archive in sorted(EXAMPLES.glob("*.txtar")):
        files, name = {}, None
        for line in archive.read_text().split("\n"):
            start = re.fullmatch(r"-- (faulty|safe)/([^/]+)/(.+) --", line)
            if start:
                if start[1] == "safe" and f"{archive.stem}/{start[2]}" != name:
                    if files:
                        yield name, files
                    files, name = {}, f"{archive.stem}/{start[2]}"
                elif start[1] == "faulty" and files:
                    yield name, files
                    files, name = {}, None
                current = files.setdefault(start[3], []) if start[1] == "safe" else None
            elif files and current is not None:
                current.append(line)
        if files:
            yield name, files


def functions(lines):
    """The ranges of lines of the functions."""
    start = None
    for number, line in enumerate(lines):
        if line.startswith("func "):
            start = number
        elif line == "}" and start is not None:
            yield start, number
            start = None


def mutants(files):
    """Each way to break it: (what, file, line, lines)."""
    for file, lines in files.items():
        if not file.endswith(".go"):
            continue
        for number, line in enumerate(lines):
            if REMOVAL.match(line):
                yield "drop removal", file, number + 1, lines[:number] + lines[number + 1:]
                if number + 1 < len(lines) and RELEASE.match(lines[number + 1]) and not line.strip().startswith("defer"):
                    yield "swap", file, number + 1, lines[:number] + [lines[number + 1], line] + lines[number + 2:]
        for start, end in functions(lines):
            if any(LOCK.match(line) for line in lines[start:end]):
                yield "drop lock", file, start + 1, [l for n, l in enumerate(lines) if not (start <= n < end and LOCK.match(l))]


def findings(belay, folder):
    run = subprocess.run([belay, "check", ".", "--no-cache", "--format", "json"], cwd=folder, capture_output=True, text=True)
    if run.returncode > 1:
        sys.exit(f"mutations.py: belay failed: {run.stderr}")
    return {(f["rule"], f["symbol"]) for f in json.loads(run.stdout)["findings"] if not f.get("suppression")}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--belay", default="belay", help="the executable")
    options = parser.parse_args()
    with open(HERE / "mutations.tsv", newline="") as file:
        harmless = {(r["example"], r["mutation"], r["file"], int(r["line"])) for r in csv.DictReader(file, delimiter="\t")}
    counts = {}
    for name, files in safe_examples():
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            for file, lines in files.items():
                (root / file).parent.mkdir(parents=True, exist_ok=True)
                (root / file).write_text("\n".join(lines))
            safe = findings(options.belay, root)
            for what, file, line, lines in mutants(files):
                if (name, what, file, line) in harmless:
                    continue
                (root / file).write_text("\n".join(lines))
                count = counts.setdefault(what, [0, 0])
                count[1] += 1
                if findings(options.belay, root) - safe:
                    count[0] += 1
                else:
                    print("not noticed:", name, what, f"{file}:{line}", files[file][line - 1].strip(), sep="\t")
                (root / file).write_text("\n".join(files[file]))
    for what, (noticed, all_of_it) in counts.items():
        print(f"{what:14}{noticed:5} of {all_of_it:4}{noticed / all_of_it:6.0%}")
    noticed, all_of_it = (sum(c[i] for c in counts.values()) for i in (0, 1))
    print(f"{'together':14}{noticed:5} of {all_of_it:4}{noticed / all_of_it:6.0%}")
    sys.exit(0 if noticed >= GOAL * all_of_it else 1)


if __name__ == "__main__":
    main()
