#!/usr/bin/env bash
# Holds `belay maps` against Go's own type checker on a Go distribution's src, and prints both times.
#
#   Benchmarks/maps-oracle.sh GOROOT [ORACLE]
set -euo pipefail
cd "$(dirname "$0")/.."
goroot=$(cd "${1:?usage: Benchmarks/maps-oracle.sh GOROOT [ORACLE]}" && pwd)
oracle=$(cd "${2:-../shared/oracle/gomaps}" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export GOROOT=$goroot GOTOOLCHAIN=local GOCACHE=$work/cache GOFLAGS=
swift build -c release --product belay >&2
belay=$(swift build -c release --show-bin-path)/belay
belay=$(realpath "$belay")
cp "$oracle"/*.go "$work"
(cd "$work" && "$goroot/bin/go" mod init gomaps 2>/dev/null && "$goroot/bin/go" build -o gomaps .)
cd "$goroot/src"
time "$work/gomaps" -json . >"$work/oracle.json"
time "$belay" maps --json . >"$work/belay.json"
python3 - "$work/oracle.json" "$work/belay.json" <<'PY'
import json, sys

def rows(path, column, key, value):
    return {(r["file"], r["line"], r[column], r["form"]): (r["key"], r["value"], r.get(key) or [], r.get(value) or [])
            for r in map(json.loads, open(path))}

oracle = rows(sys.argv[1], "col", "keyHas", "valHas")
belay = rows(sys.argv[2], "column", "keyHolds", "valueHolds")
right = [k for k in oracle if belay.get(k) == oracle[k]]
for k in oracle.keys() - belay.keys(): print("missing", k, oracle[k])
for k in belay.keys() - oracle.keys(): print("invented", k, belay[k])
for k in oracle.keys() & belay.keys() - set(right): print("different", k, oracle[k], belay[k])
print(f"{len(oracle)} map types, {len(right)} right ({100 * len(right) / len(oracle):.2f} %), {len(belay.keys() - oracle.keys())} invented")
sys.exit(0 if len(right) >= 0.995 * len(oracle) and not belay.keys() - oracle.keys() else 1)
PY
