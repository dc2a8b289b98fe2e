#!/usr/bin/env bash
# What the guard costs a real program: Benchmarks/guard.sh GOROOT GO-SQLITE3 [ROUNDS]
#
# GO-SQLITE3 is a clone of github.com/mattn/go-sqlite3; the SQLite is the system's (libsqlite3-dev), so the sanitizer sees its allocations and not its accesses. The same program (Benchmarks/guard/main.go) runs by itself, under the guard with sampling and with every block, built with the address
# sanitizer, and under glibc's own checks, by turns; the fastest of five runs each is printed, with the peak memory.
set -euo pipefail
goroot=$(cd "${1:?usage: Benchmarks/guard.sh GOROOT GO-SQLITE3 [ROUNDS]}" && pwd)
sqlite=$(cd "${2:?usage: Benchmarks/guard.sh GOROOT GO-SQLITE3 [ROUNDS]}" && pwd)
rounds=${3:-20000}
cd "$(dirname "$0")/.."
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
dev/guard-library "$folder"
cp Benchmarks/guard/main.go "$folder"
export PATH="$goroot/bin:$PATH" GOROOT="$goroot" GOTOOLCHAIN=local CGO_ENABLED=1 GOFLAGS=-mod=mod
(
  cd "$folder"; export GOWORK=off
  go mod init guard >/dev/null 2>&1
  go mod edit -require github.com/mattn/go-sqlite3@v1.14.0 -replace "github.com/mattn/go-sqlite3=$sqlite"
  go build -tags libsqlite3 -o plain .
  go build -tags libsqlite3 -asan -o asan .
)
checks=$(ldconfig -p | awk '/libc_malloc_debug.so.0/ { print $NF; exit }')

run() {
  local name=$1
  shift
  # The program's own seconds, and the peak memory in KiB.
  local memory="$folder/memory"
  local seconds
  seconds=$(python3 -c '
import resource, subprocess, sys
done = subprocess.run(sys.argv[1:], stdout=subprocess.PIPE, check=True)
sys.stdout.buffer.write(done.stdout)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=sys.stderr)
' env "$@" "$folder/${program:-plain}" "$rounds" 2>"$memory")
  printf '%s;%s;%s\n' "$name" "$seconds" "$(tail -1 "$memory")"
}

for _ in 1 2 3 4 5; do
  run plain GUARD=
  run "guard, 1 in 1000" LD_PRELOAD="$folder/libBelayGuard.so" BELAY_GUARD=sample=1000
  run "guard, 1 in 100" LD_PRELOAD="$folder/libBelayGuard.so" BELAY_GUARD=sample=100
  run "guard, every block" LD_PRELOAD="$folder/libBelayGuard.so"
  program=asan run "address sanitizer" ASAN_OPTIONS=detect_leaks=0
  [ -z "$checks" ] || run "glibc's checks" LD_PRELOAD="$checks" GLIBC_TUNABLES=glibc.malloc.check=3
done | sort -t';' -k1,1 -k2,2n | awk -F';' '
  !($1 in best) { best[$1] = $2; memory[$1] = $3; order[++count] = $1 }
  END { for (i = 1; i <= count; i++) printf "%-20s %6.2f s  %5.2f times  %4d MiB\n", order[i], best[order[i]], best[order[i]] / best["plain"], memory[order[i]] / 1024 }'
