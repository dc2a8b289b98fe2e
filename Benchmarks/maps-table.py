"""Prints the lines of maps.sh as Markdown tables, one for each kind of key: the best round of each cell, and for `belay` the goals that a row has.

usage: maps-table.py CSV
"""

import sys

cells = {}
for line in open(sys.argv[1]):
    contender, key, workload, count, value = line.strip().split(",")
    if not workload.startswith("hist-"):
        cells.setdefault((key, workload, int(count)), {}).setdefault(contender, []).append(float(value))

names = list(dict.fromkeys(name for values in cells.values() for name in values))
for kind in sorted({key for key, _, _ in cells}, reverse=True):
    rows = {place: values for place, values in cells.items() if place[0] == kind}
    shown = [name for name in names if any(name in values for values in rows.values())]
    others = [name for name in ("swift-dict", "absl") if name in shown and "belay" in shown]
    print(f"\n### {kind} keys\n\n| workload | n | " + " | ".join(shown + [f"{name} ÷ belay" for name in others]) + " |")
    print("|---|---:|" + "---:|" * (len(shown) + len(others)))
    for (_, workload, count), values in sorted(rows.items(), key=lambda row: (row[0][1], row[0][2])):
        best = {name: min(values[name]) for name in values}
        lowest = min((best[name] for name in best if name != "floor"), default=None)
        text = []
        for name in shown:
            if name not in best:
                text.append("")
            else:
                number = f"{best[name]:.0f}" if best[name] >= 1000 else f"{best[name]:.1f}"
                text.append(f"**{number}**" if best[name] == lowest and name != "floor" else number)
        for name in others:
            text.append(f"{best[name] / best['belay']:.2f}" if name in best and best.get("belay") else "")
        print(f"| {workload} | {count} | " + " | ".join(text) + " |")
