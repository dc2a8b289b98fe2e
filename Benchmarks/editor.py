#!/usr/bin/env python3
"""How long it takes from an edit to its diagnostics in `belay lsp`.

    Benchmarks/editor.py --belay .build/release/belay FOLDER FILE

opens FILE of the workspace FOLDER, makes edits one after the other, each when the diagnostics of the one before have come, and prints
the times from the edit to the diagnostics of its version. Every edit changes the line count; every other one adds a declaration. The
first check, of a cold cache, is told apart. The debounce of the server is 0: what it adds is a choice, not a cost.
"""
import argparse
import json
import os
import statistics
import subprocess
import tempfile
import time
import urllib.parse


class Server:
    def __init__(self, belay, cache):
        environment = dict(os.environ, XDG_CACHE_HOME=cache)
        self.process = subprocess.Popen([belay, "lsp"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment)

    def send(self, method, params, identifier=None):
        message = {"jsonrpc": "2.0", "method": method, "params": params}
        if identifier is not None:
            message["id"] = identifier
        body = json.dumps(message).encode()
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self.process.stdin.flush()

    def receive(self):
        length = 0
        while True:
            line = self.process.stdout.readline()
            if not line:
                raise SystemExit("the server has ended")
            if line == b"\r\n":
                return json.loads(self.process.stdout.read(length))
            if line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])

    def wait(self, matches):
        while True:
            message = self.receive()
            if matches(message):
                return message


def uri(path):
    return "file://" + urllib.parse.quote(os.path.abspath(path))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--belay", default=".build/release/belay")
    parser.add_argument("--edits", type=int, default=20)
    parser.add_argument("folder")
    parser.add_argument("file")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as cache:
        measure(arguments, cache)


def measure(arguments, cache):
    server = Server(arguments.belay, cache)
    server.send("initialize", {"processId": None, "capabilities": {}, "initializationOptions": {"debounce": 0},
                               "workspaceFolders": [{"uri": uri(arguments.folder), "name": "workspace"}]}, 1)
    server.wait(lambda message: message.get("id") == 1)
    server.send("initialized", {})
    with open(arguments.file, encoding="utf-8") as file:
        text = file.read()
    name = uri(arguments.file)
    end = text.count("\n")

    def diagnostics(version):
        message = server.wait(lambda message: message.get("method") == "textDocument/publishDiagnostics"
                              and message["params"]["uri"] == name and message["params"].get("version") == version)
        return len(message["params"]["diagnostics"])

    start = time.monotonic()
    server.send("textDocument/didOpen",
                {"textDocument": {"uri": name, "languageId": "go", "version": 1, "text": text}})
    diagnostics(1)
    first = time.monotonic() - start
    times = []
    for number in range(arguments.edits):
        new = f"\nvar belayEdit{number} = {number}\n" if number % 2 else "// an edit\n"
        position = {"line": end, "character": 0}
        start = time.monotonic()
        server.send("textDocument/didChange", {
            "textDocument": {"uri": name, "version": number + 2},
            "contentChanges": [{"range": {"start": position, "end": position}, "text": new}]})
        diagnostics(number + 2)
        times.append(time.monotonic() - start)
    server.send("shutdown", None, 2)
    server.wait(lambda message: message.get("id") == 2)
    server.send("exit", None)
    if server.process.wait(timeout=30) != 0:
        raise SystemExit("the server did not end well")
    shown = " ".join(f"{1000 * value:.0f}" for value in sorted(times))
    print(f"first check {first:.2f} s; from an edit to its diagnostics: lowest {1000 * min(times):.0f} ms, "
          f"median {1000 * statistics.median(times):.0f} ms ({shown})")


if __name__ == "__main__":
    main()
