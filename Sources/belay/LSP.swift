import ArgumentParser
import Foundation
import LanguageServer

/// `belay lsp`: the checker in an editor.
struct LSP: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Checks what an editor has open, as a language server on standard input and output.",
    discussion: """
      Editors start it; docs/editors.md has their configuration. Settings come from the editor, and from .belay.yml.
      """)

  @Flag(help: "Standard input and output, which is what is used anyway: some editors say so.")
  var stdio = false

  func run() throws {
    Foundation.exit(ServerProcess.run(input: STDIN_FILENO, output: STDOUT_FILENO))
  }
}
