#!/usr/bin/env bash
# Measures handle tables: Belay's, a Swift dictionary behind a lock, and in Go runtime/cgo.Handle and a map behind an RWMutex, by turns; then callbacks, arenas,
# registries and integrity checks beside what programs write by hand.
#
#   [RUN=COMMAND] Benchmarks/handles.sh GOROOT [rounds=3]
#
# Lines are nanoseconds of wall time over all operations of all threads: perfect scaling on two cores halves them. RUN is put before each command that measures.
set -euo pipefail
cd "$(dirname "$0")"
goroot=${1:?"handles.sh: which Go? Give its GOROOT"}
rounds=${2:-3}
export GOROOT=$goroot GOTOOLCHAIN=local GOFLAGS=-mod=mod CGO_ENABLED=1
swift build -c release --product handles >&2
swift build -c release --product boundary >&2
folder=$(swift build -c release --show-bin-path)
(cd go && "$goroot/bin/go" test -c -o ../.build/handles.test ./handles)
for _ in $(seq "${rounds#rounds=}"); do
  ${RUN:-} "$folder/handles" repetitions=1 contenders=belay
  ${RUN:-} .build/handles.test -test.bench . -test.benchtime 0.3s -test.timeout 10m | grep ^Benchmark
  ${RUN:-} "$folder/handles" repetitions=1 contenders=swift-dict-mutex
done
${RUN:-} "$folder/boundary"
