#!/usr/bin/env bash
# Runs BucketMap, Dictionary and their peers in other languages on the same workloads, by turns, and prints the best round of each cell.
#
#   Benchmarks/maps.sh [n=1000,100000,4000000] [keys=u64,string] [workloads=…] [repetitions=3] [csv=FILE]
#
# Debian: apt-get install g++ libabsl-dev libboost1.81-dev. GO123 and GO127 name `go` commands of these releases (without GO127, the `go` of PATH is
# taken); rustc is taken from PATH. What is missing is left out, with a line that says so. LATENCIES=1 adds what maps-plot.py needs for the
# distributions. Lines `contender,key,workload,n,ns_per_op` go to Benchmarks/.build/maps.csv.
#
# Throughput is processor time, latencies are wall time; `floor` is the latency of the clock alone. On Intel processors of the Skylake family a branch
# that crosses a line of 32 bytes costs more than a small change of the code: all compilers that can are told to avoid it.
#
# PREFIX is put before each run, for machines where something has to be stopped first.
set -euo pipefail
cd "$(dirname "$0")"
repetitions=3
csv=.build/maps.csv
arguments=()
for argument in "$@"; do
  case $argument in
    repetitions=*) repetitions=${argument#*=} ;;
    csv=*) csv=${argument#*=} ;;
    *) arguments+=("$argument") ;;
  esac
done
align=-x86-branches-within-32B-boundaries
assembler=-Wa,-mbranches-within-32B-boundaries
rustflags=(-C "llvm-args=$align")
swiftflags=(-Xswiftc -Xllvm -Xswiftc "$align")
if [ "$(uname -m)" != x86_64 ]; then
  assembler=
  rustflags=()
  swiftflags=()
fi
swift build -c release --product bench ${swiftflags[@]+"${swiftflags[@]}"} >&2
bench=$(swift build -c release --show-bin-path)/bench
peers=.build/peers
mkdir -p "$peers"
missing() { echo "maps.sh: $1 is left out: $2" >&2; }

if g++ -std=c++17 -O3 -DNDEBUG $assembler peers/cpp/maps.cc -o "$peers/maps-cpp" $(pkg-config --libs absl_flat_hash_map) >&2; then :; else
  rm -f "$peers/maps-cpp"
  missing "C++" "no g++, Abseil or Boost"
fi
if command -v rustc >/dev/null; then
  rustc --edition 2021 -C opt-level=3 -C panic=abort ${rustflags[@]+"${rustflags[@]}"} peers/rust/src/main.rs -o "$peers/maps-rust" >&2
else
  rm -f "$peers/maps-rust"
  missing Rust "no rustc"
fi
GO127=${GO127:-$(command -v go || true)}
for release in 123 127; do
  name=GO$release
  if [ -n "${!name:-}" ]; then
    (cd peers/go && GOTOOLCHAIN=local GOFLAGS=-mod=mod GOROOT=$("${!name}" env GOROOT) "${!name}" build -o "../../$peers/maps-go$release" .) >&2
  else
    rm -f "$peers/maps-go$release"
    missing "Go 1.${release#1}" "$name is not set"
  fi
done

: >"$csv"
run() { ${PREFIX:-} "$@" repetitions=1 ${arguments[@]+"${arguments[@]}"} >>"$csv"; }
for _ in $(seq "$repetitions"); do
  run "$bench" contenders=belay
  run "$bench" contenders=swift-dict
  if [ -x "$peers/maps-cpp" ]; then run "$peers/maps-cpp" contenders=absl,boost; fi
  for peer in rust go123 go127; do
    if [ -x "$peers/maps-$peer" ]; then run "$peers/maps-$peer"; fi
  done
  run "$bench" contenders=floor
done
python3 maps-table.py "$csv"
