"""Draws the lines of maps.sh: speed against the number of entries, one SVG for each workload and kind of key, and the distribution of the latencies.

usage: maps-plot.py CSV FOLDER
"""

import collections
import html
import math
import os
import sys

COLOURS = {
    "belay": "#c2410c", "swift-dict": "#1d4ed8", "absl": "#15803d", "boost": "#65a30d", "std-unordered": "#94a3b8",
    "go1.23": "#0891b2", "go1.27": "#06b6d4", "rust-sip": "#7c3aed", "rust-fx": "#c026d3", "floor": "#64748b",
}
TITLES = {
    "insert-grow": "insert into an empty map", "insert-reserved": "insert, room reserved", "lookup-hit": "look-up, found",
    "lookup-miss": "look-up, not found", "iterate": "iterate", "churn": "remove one, insert one",
}
LEFT, RIGHT, TOP, BOTTOM = 64, 148, 50, 44


def number(value):
    for size, unit in ((1e9, "s"), (1e6, "ms"), (1e3, "µs")):
        if value >= size:
            return f"{value / size:g} {unit}"
    return f"{value:g} ns"


def entries(value):
    return f"{value / 1e6:g} M" if value >= 1e6 else f"{value:,.0f}".replace(",", " ")


def ticks(low, high):
    step = [1, 2, 5]
    found = [m * 10**p for p in range(math.floor(math.log10(low)) - 1, math.ceil(math.log10(high)) + 1) for m in step]
    found = [tick for tick in found if low <= tick <= high]
    return found if len(found) <= 9 else [tick for tick in found if round(math.log10(tick), 6) % 1 == 0]


class Plot:
    """A picture with two logarithmic axes; the names of the lines stand at their ends."""

    def __init__(self, title, x, y, width=660, height=380):
        self.x, self.y, self.width, self.height = x, y, width, height
        self.parts = [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="12">',
            f'<rect width="{width}" height="{height}" fill="#fff"/>',
            f'<text x="{LEFT}" y="20" font-size="14" font-weight="bold">{html.escape(title)}</text>',
        ]
        self.labels = []

    def left(self, value):
        low, high = map(math.log, self.x)
        return LEFT + (math.log(value) - low) / (high - low) * (self.width - LEFT - RIGHT)

    def top(self, value):
        low, high = map(math.log, self.y)
        return self.height - BOTTOM - (math.log(value) - low) / (high - low) * (self.height - TOP - BOTTOM)

    def axes(self, xs, x_text, y_text, x_title, y_title):
        for value in ticks(*self.y):
            place = self.top(value)
            self.parts.append(f'<path d="M{LEFT} {place:.1f}H{self.width - RIGHT}" stroke="#e2e8f0"/>')
            self.parts.append(f'<text x="{LEFT - 6}" y="{place + 4:.1f}" text-anchor="end" fill="#475569">{y_text(value)}</text>')
        for value in xs:
            place = self.left(value)
            self.parts.append(f'<path d="M{place:.1f} {TOP}V{self.height - BOTTOM}" stroke="#e2e8f0"/>')
            self.parts.append(
                f'<text x="{place:.1f}" y="{self.height - BOTTOM + 16}" text-anchor="middle" fill="#475569">{x_text(value)}</text>')
        self.parts.append(
            f'<text x="{(LEFT + self.width - RIGHT) / 2}" y="{self.height - 8}" text-anchor="middle" fill="#475569">{x_title}</text>')
        self.parts.append(f'<text x="{LEFT - 52}" y="{TOP - 12}" fill="#475569" font-size="11">{y_title}</text>')

    def line(self, name, points):
        colour = COLOURS.get(name, "#000")
        width = 3 if name == "belay" else 1.6
        dash = ' stroke-dasharray="4 3"' if name == "floor" else ""
        path = " ".join(f"{self.left(x):.1f},{self.top(y):.1f}" for x, y in points)
        self.parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="{width}"{dash}/>')
        self.labels.append([self.top(points[-1][1]), self.left(points[-1][0]), name, colour])

    def save(self, path):
        self.labels.sort()
        for before, label in zip(self.labels, self.labels[1:]):
            label[0] = max(label[0], before[0] + 14)
        over = self.labels[-1][0] - (self.height - BOTTOM + 8) if self.labels else 0
        for label in self.labels:
            top = label[0] - max(0, over)
            weight = ' font-weight="bold"' if label[2] == "belay" else ""
            self.parts.append(f'<text x="{self.width - RIGHT + 10}" y="{top + 4:.1f}" fill="{label[3]}"{weight}>{label[2]}</text>')
        with open(path, "w") as file:
            file.write("\n".join(self.parts) + "\n</svg>\n")


def main():
    source, folder = sys.argv[1], sys.argv[2]
    os.makedirs(folder, exist_ok=True)
    cells = collections.defaultdict(lambda: collections.defaultdict(dict))
    histograms = collections.defaultdict(lambda: collections.defaultdict(dict))
    for line in open(source):
        contender, key, workload, count, value = line.strip().split(",")
        if workload.startswith("hist-"):
            # Of several rounds the last one stands for all.
            histograms[key, int(count)][contender][int(workload[5:])] = float(value)
        elif workload in TITLES:
            known = cells[key, workload][contender].get(int(count), math.inf)
            cells[key, workload][contender][int(count)] = min(known, float(value))
    for (key, workload), contenders in cells.items():
        counts = sorted({count for values in contenders.values() for count in values})
        values = [value for points in contenders.values() for value in points.values()]
        if len(counts) < 2:
            continue
        plot = Plot(f"{TITLES[workload]}, {key} keys", (counts[0], counts[-1]), (min(values) / 1.3, max(values) * 1.3))
        plot.axes(counts, entries, lambda value: f"{value:g}", "entries", "ns per operation")
        for name, points in contenders.items():
            if name != "floor":
                plot.line(name, sorted(points.items()))
        plot.save(os.path.join(folder, f"{workload}-{key}.svg"))
    for (key, count), contenders in histograms.items():
        # The share of the insertions that took longer, against the time: both axes logarithmic.
        curves = {}
        for name, places in contenders.items():
            total, above, points = sum(places.values()), 0, []
            for place, amount in sorted(places.items(), reverse=True):
                above += amount
                points.append((2 ** (place // 8) * (1 + place % 8 / 8), above / total))
            curves[name] = sorted(points)
        high = max(point[0] for points in curves.values() for point in points)
        low = max(10, min(point[0] for points in curves.values() for point in points))
        plot = Plot(f"one insertion while growing to {entries(count)}, {key} keys", (low, high * 1.2), (0.5 / count, 1))
        xs = [10**power for power in range(1, 10) if low <= 10**power <= high * 1.2]
        plot.axes(xs, number, lambda value: f"{value:.0e}" if value < 1e-3 else f"{value:g}", "took at least", "share of insertions")
        for name, points in curves.items():
            plot.line(name, [(max(x, low), y) for x, y in points])
        plot.save(os.path.join(folder, f"latency-{key}-{count}.svg"))


main()
