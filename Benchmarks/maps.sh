#!/usr/bin/env bash
# Runs BucketMap, Dictionary and their peers in other languages on the same workloads, interleaved, and prints the median of each cell.
#
#   Benchmarks/maps.sh [n=1000,100000,4000000] [keys=u64,string] [workloads=…] [repetitions=3]
#
# Debian: apt-get install g++ libabsl-dev libboost1.81-dev. Lines `contender,key,workload,n,ns_per_op` go to Benchmarks/.build/maps.csv.
# Times are processor time, latencies are wall time; `floor` is the latency of the clock alone.
set -euo pipefail
cd "$(dirname "$0")"
repetitions=3
arguments=()
for argument in "$@"; do
  case $argument in
    repetitions=*) repetitions=${argument#*=} ;;
    *) arguments+=("$argument") ;;
  esac
done
swift build -c release --product bench >&2
bench=$(swift build -c release --show-bin-path)/bench
mkdir -p .build/peers
g++ -std=c++17 -O3 -DNDEBUG peers/cpp/maps.cc -o .build/peers/maps-cpp $(pkg-config --libs absl_flat_hash_map)
csv=.build/maps.csv
: >"$csv"
for _ in $(seq "$repetitions"); do
  "$bench" repetitions=1 contenders=belay,swift-dict,floor ${arguments[@]+"${arguments[@]}"} >>"$csv"
  .build/peers/maps-cpp repetitions=1 contenders=absl,boost,std-unordered ${arguments[@]+"${arguments[@]}"} >>"$csv"
done
python3 maps-table.py "$csv"
