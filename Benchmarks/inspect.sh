#!/usr/bin/env bash
# belay inspect on a Go program with a million maps and a heap of 1.2 GB: wall time, processor time and peak memory.
#
#   Benchmarks/inspect.sh GO…
#
# Each GO is a go command; the program is built with each, and inspected with paths, without paths, and stopped.
set -euo pipefail
[ $# -gt 0 ] || { echo "usage: Benchmarks/inspect.sh GO…" >&2; exit 2; }
commands=("$@")
for index in "${!commands[@]}"; do commands[index]=$(command -v "${commands[index]}"); done
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"; [ -z "${pid:-}" ] || kill "$pid" 2>/dev/null || true' EXIT
export GOTOOLCHAIN=local GOFLAGS=-mod=mod
(cd .. && swift build -c release --product belay >&2)
belay=$(cd .. && swift build -c release --show-bin-path)/belay
for go in "${commands[@]}"; do
  (cd go && GOCACHE=$work/cache "$go" build -o "$work/millionmaps" ./millionmaps)
  rm -f "$work/in"
  mkfifo "$work/in"
  "$work/millionmaps" <"$work/in" >"$work/out" &
  pid=$!
  exec 9>"$work/in"
  until grep -q READY "$work/out"; do sleep 0.2; done
  printf '%s, %s, resident %s KB\n' "$("$go" version)" "$(head -1 "$work/out")" \
    "$(awk '/VmRSS/ { print $2 }' "/proc/$pid/status")"
  for options in "" "--no-paths" "--stop"; do
    for _ in 1 2 3; do
      # shellcheck disable=SC2086
      /usr/bin/time -f "  inspect ${options:-}: %e s wall, %U s user, %S s system, %M KB" \
        "$belay" inspect --pid "$pid" $options >"$work/report"
    done
  done
  sed -n 2,3p "$work/report"
  exec 9>&-
  wait "$pid"
  pid=
done
