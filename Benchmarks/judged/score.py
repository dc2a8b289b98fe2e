#!/usr/bin/env python3
"""Sets the findings of `belay check` on real repositories against the verdicts in labels.tsv, or in swift-labels.tsv."""

import argparse
import csv
import json
import pathlib
import subprocess
import sys
from collections import Counter

HERE = pathlib.Path(__file__).parent


def read_labels(name):
    """The labels by place, and the repositories with their commits, in order."""
    labels, commits = {}, {}
    with open(HERE / name, newline="") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            commits[(row["repository"], row["commit"])] = None
            if row["rule"]:
                labels[(row["repository"], row["commit"], row["rule"], row["file"], int(row["line"]))] = row
    return labels, list(commits)


def folder_of(clones, repository, commit):
    """The clone: NAME@COMMIT where a commit has a folder of its own, otherwise NAME."""
    name = repository.split("/")[1]
    own = clones / f"{name}@{commit}"
    return own if own.is_dir() else clones / name


def git(folder, *arguments):
    return subprocess.run(["git", "-C", folder, *arguments], capture_output=True, text=True, check=True).stdout.strip()


def cgo_lines(folder):
    """Lines of the Go packages that use cgo: the folders with a file that imports "C"."""
    folders = {path.parent for path in folder.rglob("*.go") if 'import "C"' in path.read_text(errors="replace")}
    return sum(len(path.read_bytes().splitlines()) for f in folders for path in f.glob("*.go")
               if not path.name.endswith("_test.go"))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--belay", default="belay", help="the executable")
    parser.add_argument("--labels", default="labels.tsv", help="the file with the verdicts, beside this script")
    parser.add_argument("clones", type=pathlib.Path, help="folder with one clone a repository")
    options = parser.parse_args()
    labels, commits = read_labels(options.labels)
    verdicts, unjudged, missing, lines = Counter(), [], dict(labels), 0
    with_red = set()
    for repository, commit in commits:
        clone = folder_of(options.clones, repository, commit)
        if not clone.is_dir():
            sys.exit(f"score.py: no clone of {repository}: expected at {clone}")
        if not git(clone, "rev-parse", "HEAD").startswith(commit):
            sys.exit(f"score.py: {clone} is not at {commit}: git -C {clone} checkout {commit}")
        run = subprocess.run([options.belay, "check", ".", "--format", "json"], cwd=clone, capture_output=True, text=True)
        if run.returncode > 1:
            sys.exit(f"score.py: belay failed on {repository}: {run.stderr}")
        lines += cgo_lines(clone)
        for finding in json.loads(run.stdout)["findings"]:
            if finding.get("suppression"):
                continue
            place = finding["place"]
            key = (repository, commit, finding["rule"], place["file"], place["line"])
            if finding["severity"] == "red":
                with_red.add(repository)
            label = labels.get(key)
            missing.pop(key, None)
            if label:
                verdicts[(finding["severity"], label["verdict"])] += 1
            else:
                unjudged.append((*key, finding["severity"], finding["message"]))
    failed = bool(unjudged)
    print(f"{'severity':10}{'true':>6}{'false':>7}{'unclear':>9}{'true of judged':>16}")
    for name, severities, least in [("red", ["red"], 0.9), ("yellow", ["yellow"], 0), ("red+yellow", ["red", "yellow"], 0.75),
                                    ("green", ["green"], 0)]:
        counts = [sum(verdicts[(s, v)] for s in severities) for v in ("true", "false", "unclear")]
        share = counts[0] / sum(counts) if sum(counts) else 1.0
        failed |= share < least
        print(f"{name:10}{counts[0]:6}{counts[1]:7}{counts[2]:9}{share:15.0%}")
    yellow = sum(n for (severity, _), n in verdicts.items() if severity == "yellow")
    if lines:
        print(f"yellow findings per 10 000 lines of cgo code: {10_000 * yellow / lines:.2f} ({lines} lines)")
    print(f"repositories: {len({r for r, _ in commits})}, with red findings: {len(with_red)}")
    for row in unjudged:
        print("not judged yet:", *row, sep="\t")
    for repository, commit, rule, file, line in missing:
        print("no longer reported:", repository, commit, rule, f"{file}:{line}", sep="\t")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
