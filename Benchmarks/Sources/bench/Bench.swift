import BelayMap

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// `bench [n=1000,100000] [keys=u64,string] [contenders=belay,swift-dict] [workloads=…] [repetitions=3]` prints
/// `contender,key,workload,n,ns_per_op`, one line for each repetition.
@main
enum Bench {
  static func main() {
    var options = [
      "n": "1000,100000,4000000", "keys": "u64,string", "contenders": "belay,swift-dict", "repetitions": "3",
      "workloads":
        "insert-grow,insert-reserved,lookup-hit,lookup-miss,iterate,churn,lat,mem",
    ]
    for argument in CommandLine.arguments.dropFirst() {
      let parts = argument.split(separator: "=", maxSplits: 1).map(String.init)
      guard parts.count == 2, options[parts[0]] != nil else {
        let known = options.keys.sorted().joined(separator: ", ")
        let message = "bench: unknown argument '\(argument)'; known are \(known)\n"
        _ = message.utf8.withContiguousStorageIfAvailable { write(2, $0.baseAddress, $0.count) }
        exit(2)
      }
      options[parts[0]] = parts[1]
    }
    let list = { (name: String) in (options[name] ?? "").split(separator: ",").map(String.init) }
    let workloads = Set(list("workloads"))
    for _ in 0..<(Int(options["repetitions"] ?? "") ?? 3) {
      for count in list("n").compactMap({ Int($0) }) {
        for keys in list("keys") {
          for contender in list("contenders") {
            switch (contender, keys) {
            case ("belay", "u64"), ("belay-unchecked", "u64"):
              Run<BelayContender<UInt64, SystemSource>>(contender, keys, count, { $0 }).run(workloads)
            case ("belay-spans", "u64"):
              Run<BelayContender<UInt64, SpanSource>>(contender, keys, count, { $0 }).run(workloads)
            case ("belay", "string"), ("belay-unchecked", "string"):
              Run<BelayContender<String, SystemSource>>(contender, keys, count, Workload.string).run(workloads)
            case ("swift-dict", "u64"): Run<DictionaryContender<UInt64>>(contender, keys, count, { $0 }).run(workloads)
            case ("swift-dict", "string"):
              Run<DictionaryContender<String>>(contender, keys, count, Workload.string).run(workloads)
            case ("floor", "u64"):
              Run<NoContender>(contender, keys, count, { $0 }).run(workloads.intersection(["lat", "lat-cpu"]))
            default: continue
            }
          }
        }
      }
    }
  }
}
