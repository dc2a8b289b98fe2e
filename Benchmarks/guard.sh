#!/usr/bin/env bash
# What the guard costs a real program: Benchmarks/guard.sh GOROOT GO-SQLITE3 [ROUNDS [TURNS]]
#
# GO-SQLITE3 is a clone of github.com/mattn/go-sqlite3; the SQLite is the system's (libsqlite3-dev), so the sanitizer sees its allocations and not its accesses. The same program (Benchmarks/guard/main.go) runs by itself, under the guard with sampling and with every block, built with the address
# sanitizer, and under glibc's own checks; with BELAY=FILE, a release build of belay, also under `belay guard` with and without --audit. Each run stands between two runs of the program by itself, and is divided by their mean, so that a machine that gets slower does not count: the median of the
# turns is printed with the least and the greatest, and the peak memory. "by itself" among the contenders shows the noise. EVERY=1 adds the guard with every block, which takes fifty times as long; RUN=COMMAND runs the measurement under a command.
set -euo pipefail
goroot=$(cd "${1:?usage: Benchmarks/guard.sh GOROOT GO-SQLITE3 [ROUNDS [TURNS]]}" && pwd)
sqlite=$(cd "${2:?usage: Benchmarks/guard.sh GOROOT GO-SQLITE3 [ROUNDS [TURNS]]}" && pwd)
rounds=${3:-8000}
turns=${4:-7}
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
belay=${BELAY:-}
[ -z "$belay" ] || belay=$(realpath "$belay")

cat >"$folder/measure.py" <<'END'
import os, statistics, subprocess, sys

folder, rounds, turns, checks, belay, every = sys.argv[1:]
guard = {"LD_PRELOAD": folder + "/libBelayGuard.so"}
plain = [folder + "/plain"]


def monitored(*options):
    return [belay, "guard", "--library", folder + "/libBelayGuard.so", *options, "--", *plain]


contenders = {
    "by itself": (plain, {}),
    "guard, 1 in 1000": (plain, guard | {"BELAY_GUARD": "sample=1000"}),
    "guard, 1 in 100": (plain, guard | {"BELAY_GUARD": "sample=100"}),
    "address sanitizer": ([folder + "/asan"], {"ASAN_OPTIONS": "detect_leaks=0"}),
}
if checks:
    contenders["glibc's checks"] = (plain, {"LD_PRELOAD": checks, "GLIBC_TUNABLES": "glibc.malloc.check=3"})
if every:
    contenders["guard, every block"] = (plain, guard)
if belay:
    contenders["belay guard, 1 in 1000"] = (monitored("--sample", "1000"), {})
    contenders["with --audit 1"] = (monitored("--sample", "1000", "--audit", "1"), {})
    contenders["with --audit 0.1"] = (monitored("--sample", "1000", "--audit", "0.1"), {})
    if every:
        contenders["belay guard, every block"] = (monitored(), {})
        contenders["the same with --audit 1"] = (monitored("--audit", "1"), {})


def measure(name):
    """The program's own seconds, and the peak memory in KiB of it or of the monitor, whichever is larger."""
    command, environment = contenders[name]
    with subprocess.Popen([*command, rounds], env=os.environ | environment, stdout=subprocess.PIPE, text=True) as running:
        seconds = float(running.stdout.read())
        _, status, usage = os.wait4(running.pid, 0)
        running.returncode = os.waitstatus_to_exitcode(status)
    if running.returncode:
        sys.exit(f"{name}: exit status {running.returncode}")
    return seconds, usage.ru_maxrss


ratios, seconds, memory = ({name: [] for name in contenders} for _ in range(3))
before = measure("by itself")[0]
for _ in range(int(turns)):
    for name in contenders:
        own, peak = measure(name)
        after = measure("by itself")[0]
        ratios[name].append(own / ((before + after) / 2))
        seconds[name].append(own)
        memory[name].append(peak)
        before = after
for name, values in ratios.items():
    print(f"{name:25} {statistics.median(values):6.2f} times ({min(values):.2f} to {max(values):.2f})  {min(seconds[name]):6.2f} s  {max(memory[name]) >> 10:4} MiB")
END
${RUN:-} python3 "$folder/measure.py" "$folder" "$rounds" "$turns" "$checks" "$belay" "${EVERY:-}"
