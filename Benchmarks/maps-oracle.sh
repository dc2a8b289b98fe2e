#!/usr/bin/env bash
# Holds `belay maps` against Go's own type checker, by default on a Go distribution's src, and prints both times.
#
#   [BELAY=FILE] Benchmarks/maps-oracle.sh GOROOT [ORACLE [fake|real [FOLDER…]]]
#
# BELAY is an executable that is built already.
# ORACLE is the folder of the gomaps program. In its mode `real` it looks at what `go tool cgo` makes of packages that use C, which needs their headers.
set -euo pipefail
cd "$(dirname "$0")/.."
goroot=$(cd "${1:?usage: Benchmarks/maps-oracle.sh GOROOT [ORACLE [fake|real [FOLDER…]]]}" && pwd)
oracle=$(cd "${2:-../shared/oracle/gomaps}" && pwd)
mode=${3:-fake}
shift $(($# < 3 ? $# : 3))
folders=("$@")
[ ${#folders[@]} -gt 0 ] || folders=("$goroot/src")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
if [ -n "${BELAY:-}" ]; then
  belay=$(realpath "$BELAY")
else
  swift build -c release --product belay >&2
  belay=$(realpath "$(swift build -c release --show-bin-path)/belay")
fi
compare=$PWD/Benchmarks/maps-compare.py
export GOROOT=$goroot GOTOOLCHAIN=local GOCACHE=$work/cache GOFLAGS= CGO_ENABLED=1 PATH=$goroot/bin:$PATH
mkdir "$work/oracle"
cp "$oracle"/*.go "$work/oracle"
(cd "$work/oracle" && go mod init gomaps 2>/dev/null && go build -o "$work/gomaps" .)
status=0
for folder in "${folders[@]}"; do
  echo "== $(basename "$folder")"
  cd "$folder"
  time "$work/gomaps" -cgo "$mode" -json . >"$work/oracle.json"
  time "$belay" maps --json . >"$work/belay.json"
  "$compare" "$work/oracle.json" "$work/belay.json" "$mode" || status=1
done
exit $status
