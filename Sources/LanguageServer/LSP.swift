/// The types of the Language Server Protocol 3.17 that are needed, by the names of its specification.
public enum LSP {}
