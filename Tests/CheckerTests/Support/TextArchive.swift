/// Several files in one text: the txtar form of Go's own tests. A line `-- name --` starts a file; what stands before the first one is a comment.
struct TextArchive {
  struct File: Equatable {
    var name: String
    var text: String
  }

  var files: [File] = []

  init(_ text: String) {
    for line in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
      if line.hasPrefix("-- "), line.hasSuffix(" --"), line.count > 6 {
        let name = line.dropFirst(3).dropLast(3)
        files.append(File(name: name.filter { $0 != " " }, text: ""))
      } else if !files.isEmpty {
        files[files.count - 1].text += line + "\n"
      }
    }
    // The text ends in a line end, which starts no further line.
    if text.last?.isNewline == true, !files.isEmpty { files[files.count - 1].text.removeLast() }
  }
}
