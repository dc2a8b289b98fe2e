"""Prints the medians of the lines of maps.sh as Markdown tables, one for each kind of key; the contender that is lowest stands in bold."""

import statistics
import sys

cells = {}
for line in open(sys.argv[1]):
    contender, key, workload, count, value = line.strip().split(",")
    cells.setdefault((key, workload, int(count)), {}).setdefault(contender, []).append(float(value))

for kind in sorted({key for key, _, _ in cells}, reverse=True):
    rows = {place: values for place, values in cells.items() if place[0] == kind}
    names = list(dict.fromkeys(name for values in rows.values() for name in values))
    print(f"\n### {kind} keys\n\n| workload | n | " + " | ".join(names) + " |")
    print("|---|---|" + "---:|" * len(names))
    for (_, workload, count), values in sorted(rows.items(), key=lambda row: (row[0][1], row[0][2])):
        medians = {name: statistics.median(values[name]) for name in values}
        lowest = min(value for name, value in medians.items() if name != "floor")
        text = []
        for name in names:
            if name not in medians:
                text.append("")
            elif medians[name] == lowest and name != "floor":
                text.append(f"**{medians[name]:.1f}**")
            else:
                text.append(f"{medians[name]:.1f}")
        print(f"| {workload} | {count} | " + " | ".join(text) + " |")
