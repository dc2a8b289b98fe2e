#!/usr/bin/env python3
"""Holds the map types that `belay maps --json` lists against those of the oracle.

usage: maps-compare.py ORACLE.json BELAY.json [real]

With `real` the oracle has looked at what `go tool cgo` makes of the packages: C types have names like `pkg._Ctype_char` there, and columns are not those of the
source. Packages that the oracle could not read then (missing headers) are left out: only files that it lists are compared.
"""
import collections
import json
import os
import re
import sys

real = len(sys.argv) > 3 and sys.argv[3] == "real"


def rows(path, column, key, value):
    found = collections.defaultdict(list)
    for row in map(json.loads, open(path)):
        place = (os.path.abspath(row["file"]), row["line"], row["form"]) + (() if real else (row[column],))
        types = [re.sub(r"\b\w+\._Ctype_", "C.", row[name]) if real else row[name] for name in ("key", "value")]
        found[place].append((types[0], types[1], row.get(key) or [], row.get(value) or []))
    return {place: sorted(types) for place, types in found.items()}


def count(places):
    return sum(len(types) for types in places.values())


oracle = rows(sys.argv[1], "col", "keyHas", "valHas")
belay = rows(sys.argv[2], "column", "keyHolds", "valueHolds")
if real:
    files = {place[0] for place in oracle}
    belay = {place: types for place, types in belay.items() if place[0] in files}
right = {place: types for place, types in oracle.items() if belay.get(place) == types}
invented = {place: types for place, types in belay.items() if place not in oracle}
for place in sorted(oracle.keys() - belay.keys()):
    print("missing", place, oracle[place])
for place in sorted(invented):
    print("invented", place, invented[place])
for place in sorted(oracle.keys() & belay.keys() - right.keys()):
    print("different", place, oracle[place], belay[place])
foreign = {place: types for place, types in oracle.items() if any(key_holds + value_holds for _, _, key_holds, value_holds in types)}
print(
    f"{count(oracle)} map types, {count(right)} right ({100 * count(right) / max(1, count(oracle)):.2f} %), {count(invented)} invented; "
    f"{count(foreign)} hold addresses of C, {count({p: t for p, t in foreign.items() if p in right})} of them right")
sys.exit(0 if count(right) >= 0.995 * count(oracle) and not invented else 1)
