#!/usr/bin/env bash
# Parsing on one thread, Belay's parser beside Go's own in the same run: milliseconds per 1 000 lines, and the ratio.
#
#   Benchmarks/parse.sh GOROOT [FOLDER]
#
# GOROOT is a Go distribution with its toolchain; FOLDER is what is parsed, by default the distribution's `src`.
set -euo pipefail
goroot=$(cd "${1:?usage: Benchmarks/parse.sh GOROOT [FOLDER]}" && pwd)
folder=$(cd "${2:-$goroot/src}" && pwd)
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export GOROOT=$goroot GOCACHE=$work/cache GOTOOLCHAIN=local

swift build -c release >&2
bench=$(swift build -c release --show-bin-path)/belay-bench
(cd go && "$goroot/bin/go" build -o "$work/parse" ./parse)
find "$folder" -type f -name '*.go' ! -path '*/testdata/*' | LC_ALL=C sort >"$work/paths"

# By turns, so that a busy machine slows both; the fastest round of each counts.
for _ in 1 2 3; do
  "$bench" parse --rounds 3 <"$work/paths" >>"$work/belay"
  "$work/parse" -rounds 3 <"$work/paths" >>"$work/go"
done
paste -d' ' <(sort -n -k3 "$work/belay" | head -1) <(sort -n -k3 "$work/go" | head -1) | awk '{
  printf "%d files, %d lines\n", $1, $2
  printf "belay      %7.3f ms per 1 000 lines\n", $3
  printf "go/parser  %7.3f ms per 1 000 lines\n", $6
  printf "ratio      %7.2f\n", $3 / $6
}'
