#!/usr/bin/env bash
# Time and peak memory of the whole check on a Go distribution, cold and after edits, beside parsing alone, the oracle's type check and `go vet std`, in one run.
#
#   [RUN=COMMAND] [BELAY=FILE] [PARTS=LIST] Benchmarks/check.sh GOROOT [ORACLE]
#
# GOROOT is a Go distribution (1.27.3 for the figures in RESULTS.md), ORACLE the folder of the gomaps program. RUN is put before each command that measures, BELAY is
# an executable that is built already, PARTS says what is run, by default all: check edit maps oracle parse vet.
set -euo pipefail
cd "$(dirname "$0")/.."
goroot=$(cd "${1:?usage: Benchmarks/check.sh GOROOT [ORACLE]}" && pwd)
oracle=$(cd "${2:-../shared/oracle/gomaps}" && pwd)
go=$goroot/bin/go
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export GOROOT=$goroot GOCACHE=$work/cache GOFLAGS= GOTOOLCHAIN=local CGO_ENABLED=1 XDG_CACHE_HOME=$work/xdg PATH=$goroot/bin:$PATH

parts=" ${PARTS:-check edit maps oracle parse vet} "
wants() { [[ $parts == *" $1 "* ]]; }
here=$PWD/Benchmarks
if [ -n "${BELAY:-}" ]; then
  belay=$(realpath "$BELAY")
else
  swift build -c release --product belay >&2
  belay=$(realpath "$(swift build -c release --show-bin-path)/belay")
fi
lines=$(find "$goroot/src" -name '*.go' ! -name '*_test.go' ! -path '*/testdata/*' ! -path '*/vendor/*' -print0 | xargs -0 cat | wc -l)

# run NAME COMMAND…: wall and processor seconds, each also in ms per 1 000 lines, and peak MB; exit code 1 means findings.
run() {
  local name=$1 status=0
  shift
  ${RUN:-} python3 - "$name" "$lines" "$@" <<'PY' || status=$?
import resource, subprocess, sys, time
name, lines, command = sys.argv[1], int(sys.argv[2]), sys.argv[3:]
start = time.monotonic()
code = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode
seconds = time.monotonic() - start
usage = resource.getrusage(resource.RUSAGE_CHILDREN)
cpu = usage.ru_utime + usage.ru_stime
print(
    f"{name:42}{seconds:9.2f} s{seconds * 1e6 / lines:9.2f} ms/kLOC{cpu:9.2f} s CPU{cpu * 1e6 / lines:9.2f} ms/kLOC"
    f"{usage.ru_maxrss / 1024:9.0f} MB   exit {code}")
PY
  # What was cut short says so; the rest is measured all the same.
  if [ "$status" != 0 ]; then echo "$name: not measured, ended with $status"; fi
}

echo "$lines lines of Go in $(basename "$goroot")/src, $(nproc) cores"
if wants oracle; then
  mkdir "$work/oracle"
  cp "$oracle"/*.go "$work/oracle"
  (cd "$work/oracle" && "$go" mod init gomaps 2>/dev/null && "$go" build -o "$work/gomaps" .)
fi

# edit FILE: adds a line to the first body in it.
edit() {
  python3 - "$1" <<'PY'
import re, sys
text = open(sys.argv[1]).read()
end = re.search(r"^func [^\n]*\{\n", text, re.M).end()
open(sys.argv[1], "w").write(text[:end] + "\t_ = 0\n" + text[end:])
PY
}

# A copy, so that it can be edited. `net` alone stands for a tree of some fifty thousand lines that uses cgo.
mkdir "$work/go"
cp -r "$goroot/src" "$goroot/VERSION" "$work/go"
cd "$work/go/src"
all=$lines
if wants check; then
  run "belay check, cold" "$belay" check .
  run "belay check, nothing changed" "$belay" check .
  edit bufio/scan.go
  run "belay check, one edit" "$belay" check .
  run "belay check, without a cache" "$belay" check --no-cache .
fi
if wants edit; then
  lines=$(find net -name '*.go' ! -name '*_test.go' ! -path '*/testdata/*' -print0 | xargs -0 cat | wc -l)
  echo "$lines lines in net"
  "$belay" check net >/dev/null 2>&1 || true
  run "belay check net, nothing changed" "$belay" check net
  for file in net/mail/message.go net/textproto/reader.go net/http/server.go; do
    edit "$file"
    run "belay check net, edit in $(dirname "$file")" "$belay" check net
  done
  lines=$all
fi
cd "$goroot/src"
if wants maps; then run "belay maps" "$belay" maps --json .; fi
if wants oracle; then run "oracle (parse and type check)" "$work/gomaps" -summary .; fi
if wants parse; then "$here/parse.sh" "$goroot"; fi
# Last, as it takes longest.
if wants vet; then run "go vet std, cold" "$go" vet std; fi
