#!/usr/bin/env bash
# Runs BucketMap, Dictionary and their peers in other languages on the same workloads, by turns, and prints the best round of each cell.
#
#   Benchmarks/maps.sh [n=1000,100000,4000000] [keys=u64,string] [parts=insert,look,churn,lat,mem] [only=belay,swift-dict,cpp,rust,go123,go127,floor]
#                      [repetitions=3] [csv=FILE] [build=no]
#
# Debian: apt-get install g++ libabsl-dev libboost1.81-dev. GO123 and GO127 name `go` commands of these releases (without GO127, the `go` of PATH is
# taken); rustc is taken from PATH. What is missing is left out, with a line that says so. LATENCIES=1 adds what maps-plot.py needs for the
# distributions. Lines `contender,key,workload,n,ns_per_op` are added to Benchmarks/.build/maps.csv, so that a measurement may be taken piece by piece; remove the file to begin anew.
#
# Each program runs once for each part, number of entries and kind of key: a piece takes seconds, at 4 million entries up to a minute. PREFIX is put before
# each, for machines where something has to be stopped meanwhile; a piece that fails is named and left out. `parts` knows `forms` (the ways to walk a map, side by side) too, `only` knows
# `belay-spans` (a map in a SpanAllocator) and `belay-unchecked` (a build without the marks by which misuse is seen).
#
# Throughput is processor time, latencies are wall time; `floor` is the latency of some 200 ns of arithmetic. `parts` knows `lat-cpu` as well: latencies in processor time of the thread, for
# a machine that others share (Swift's programs only; each reading of that clock is a call of the system, some 200 ns). On Intel processors of the Skylake family a branch
# that crosses a line of 32 bytes costs more than a small change of the code: all compilers that can are told to avoid it.
set -euo pipefail
cd "$(dirname "$0")"
repetitions=3
csv=.build/maps.csv
counts=1000,100000,4000000
keys=u64,string
parts=insert,look,churn,lat,mem
only=belay,swift-dict,cpp,rust,go123,go127,floor
build=yes
for argument in "$@"; do
  case $argument in
    repetitions=* | csv=* | keys=* | parts=* | only=* | build=*) declare "$argument" ;;
    n=*) counts=${argument#*=} ;;
    *)
      echo "maps.sh: unknown argument '$argument'" >&2
      exit 2
      ;;
  esac
done
for part in ${parts//,/ }; do
  case $part in
    insert | look | churn | lat | lat-cpu | mem | forms) ;;
    *)
      echo "maps.sh: unknown part '$part'" >&2
      exit 2
      ;;
  esac
done
chosen() { case ,$only, in *,"$1",*) true ;; *) false ;; esac; }
align=-x86-branches-within-32B-boundaries
assembler=-Wa,-mbranches-within-32B-boundaries
rustflags=(-C "llvm-args=$align")
swiftflags=(-Xswiftc -Xllvm -Xswiftc "$align")
if [ "$(uname -m)" != x86_64 ]; then
  assembler=
  rustflags=()
  swiftflags=()
fi
peers=.build/peers
mkdir -p "$peers"
missing() { echo "maps.sh: $1 is left out: $2" >&2; }
GO127=${GO127:-$(command -v go || true)}

buildAll() {
  if chosen belay-unchecked; then
    swift build -c release --product bench --scratch-path .build/unchecked ${swiftflags[@]+"${swiftflags[@]}"} -Xswiftc -DBELAY_UNCHECKED >&2
    cp "$(swift build -c release --scratch-path .build/unchecked --show-bin-path)/bench" "$peers/bench-unchecked"
  fi
  if chosen belay || chosen belay-spans || chosen swift-dict || chosen floor; then
    swift build -c release --product bench ${swiftflags[@]+"${swiftflags[@]}"} >&2
    cp "$(swift build -c release --show-bin-path)/bench" "$peers/bench"
  fi
  if chosen cpp; then
    if g++ -std=c++17 -O3 -DNDEBUG $assembler peers/cpp/maps.cc -o "$peers/maps-cpp" $(pkg-config --libs absl_flat_hash_map) >&2; then :; else
      rm -f "$peers/maps-cpp"
      missing "C++" "no g++, Abseil or Boost"
    fi
  fi
  if chosen rust; then
    if command -v rustc >/dev/null; then
      rustc --edition 2021 -C opt-level=3 -C panic=abort ${rustflags[@]+"${rustflags[@]}"} peers/rust/src/main.rs -o "$peers/maps-rust" >&2
    else
      rm -f "$peers/maps-rust"
      missing Rust "no rustc"
    fi
  fi
  local release name
  for release in 123 127; do
    chosen "go$release" || continue
    name=GO$release
    if [ -n "${!name:-}" ]; then
      (cd peers/go && GOTOOLCHAIN=local GOFLAGS=-mod=mod GOROOT=$("${!name}" env GOROOT) "${!name}" build -o "../../$peers/maps-go$release" .) >&2
    else
      rm -f "$peers/maps-go$release"
      missing "Go 1.${release#1}" "$name is not set"
    fi
  done
}
if [ "$build" = yes ]; then buildAll; fi

# Runs a program of the peers, if it is chosen and there: its name in `only`, the program, what else it is told.
run() {
  local name=$1 program=$peers/$2
  shift 2
  chosen "$name" || return 0
  if [ ! -x "$program" ]; then return 0; fi
  if ! ${PREFIX:-} "$program" repetitions=1 "n=$count" "keys=$key" "workloads=$workloads" "$@" >"$csv.piece"; then
    missing "$name, $key, $count: $workloads" "it failed, or took too long"
    return 0
  fi
  cat "$csv.piece" >>"$csv"
}
for _ in $(seq "$repetitions"); do
  for count in ${counts//,/ }; do
    for key in ${keys//,/ }; do
      for part in ${parts//,/ }; do
        case $part in
          insert) workloads=insert-grow,insert-reserved ;;
          look) workloads=lookup-hit,lookup-miss,iterate ;;
          churn | lat | lat-cpu | mem) workloads=$part ;;
          forms) workloads=iterate,iterate-forms ;;
        esac
        run belay bench contenders=belay
        run belay-unchecked bench-unchecked contenders=belay-unchecked
        run belay-spans bench contenders=belay-spans
        run swift-dict bench contenders=swift-dict
        if [ "$part" != forms ] && [ "$part" != lat-cpu ]; then
          run cpp maps-cpp contenders=absl,boost
          run rust maps-rust
          run go123 maps-go123
          run go127 maps-go127
        fi
        if [ "$part" = lat ] || [ "$part" = lat-cpu ]; then run floor bench contenders=floor; fi
      done
    done
  done
done
rm -f "$csv.piece"
python3 maps-table.py "$csv"
