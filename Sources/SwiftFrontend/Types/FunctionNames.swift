import Flow
import SwiftSyntax

/// The full names of functions. Declarations and bodies are read apart, and must come to the same name.
enum FunctionNames {
  /// `Module.Type.name(label:)`; the offset tells overloads apart that differ in their types alone.
  static func symbol(
    _ name: String, _ parameters: [FunctionDeclaration.Parameter], _ context: TypeContext, file: Int32,
    token: TokenSyntax, symbols: SymbolTable
  ) -> Symbol {
    let labels = parameters.map { ($0.label ?? "_") + ":" }.joined()
    let owner = context.type.isEmpty ? context.module : "\(context.module).\(context.type)"
    let place = "\(file):\(token.positionAfterSkippingLeadingTrivia.utf8Offset)"
    return symbols.intern("\(owner).\(name)(\(labels))#\(place)")
  }
}
