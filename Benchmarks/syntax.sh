#!/usr/bin/env bash
# Compares the trees of Belay's parser with those of Go's own, node by node with all offsets, for every Go file below some folders.
#
#   Benchmarks/syntax.sh GOROOT [FOLDER…]
#
# GOROOT is a Go distribution with its toolchain; without folders, all of it is compared. Prints the files that differ, and how many
# agree; exit code 1 when any differs. `belay-bench syntax --full` and `go run ./syntax -full` show the two trees of a file.
set -euo pipefail
goroot=$(cd "${1:?usage: Benchmarks/syntax.sh GOROOT [FOLDER…]}" && pwd)
shift
folders=()
for folder in "${@:-$goroot}"; do folders+=("$(cd "$folder" && pwd)"); done
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export GOROOT=$goroot GOCACHE=$work/cache GOTOOLCHAIN=local

swift build -c release >&2
bench=$(swift build -c release --show-bin-path)/belay-bench
(cd go && "$goroot/bin/go" build -o "$work/syntax" ./syntax)
find "${folders[@]}" -type f -name '*.go' | LC_ALL=C sort >"$work/paths"
"$work/syntax" <"$work/paths" | cut -d' ' -f1,2 >"$work/go"
"$bench" syntax <"$work/paths" | cut -d' ' -f1,2 >"$work/belay"
paste -d' ' "$work/go" "$work/belay" "$work/paths" | awk '
  $1 == "accepted" && $3 == "rejected" { wrong++; print "rejects what Go accepts:", substr($0, index($0, "/")) ; next }
  $1 == "rejected" && $3 == "accepted" { lenient++; print "accepts what Go rejects:", substr($0, index($0, "/")); next }
  $1 == "rejected" { rejected++; next }
  $2 != $4 { different++; print "another tree:", substr($0, index($0, "/")); next }
  { same++ }
  END {
    printf "%d same, %d different, %d rejected by both, %d rejected wrongly, %d accepted wrongly\n", same, different, rejected, wrong, lenient
    exit different + wrong + lenient > 0
  }'
