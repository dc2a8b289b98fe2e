#!/usr/bin/env python3
"""Checks real repositories before and after commits that mend a fault: the parent must be flagged, the fix silent."""

import argparse
import csv
import json
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).parent
GOAL = 0.8


def messages(belay, clone, revision, rule, file):
    """What the rule says of the file at a revision."""
    with tempfile.TemporaryDirectory() as folder:
        archive = subprocess.run(["git", "-C", clone, "archive", revision], capture_output=True, check=True).stdout
        subprocess.run(["tar", "-x", "-C", folder], input=archive, check=True)
        run = subprocess.run([belay, "check", ".", "--no-cache", "--format", "json"], cwd=folder, capture_output=True, text=True)
        if run.returncode > 1:
            sys.exit(f"fixes.py: belay failed on {clone} at {revision}: {run.stderr}")
        return {finding["message"] for finding in json.loads(run.stdout)["findings"]
                if finding["rule"] == rule and file in [finding["place"]["file"], *(s["place"]["file"] for s in finding["steps"])]}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--belay", default="belay", help="the executable")
    parser.add_argument("clones", type=pathlib.Path, help="folder with one clone a repository, with its history")
    options = parser.parse_args()
    with open(HERE / "fixes.tsv", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    met = 0
    for row in rows:
        clone = options.clones / row["repository"].split("/")[1]
        if not clone.is_dir():
            sys.exit(f"fixes.py: no clone of {row['repository']}: expected at {clone}")
        before = messages(options.belay, clone, row["fix"] + "~1", row["rule"], row["file"])
        after = messages(options.belay, clone, row["fix"], row["rule"], row["file"])
        gone, stays = before - after, before & after
        verdict = "parent silent" if not before else "fix still flagged" if not gone else "met"
        met += verdict == "met"
        print(verdict, row["repository"], row["fix"], row["rule"], *sorted(gone or stays)[:1], sep="\t")
    print(f"{met} of {len(rows)} fixes: the parent is flagged, and the fix is not")
    sys.exit(0 if met >= GOAL * len(rows) else 1)


if __name__ == "__main__":
    main()
