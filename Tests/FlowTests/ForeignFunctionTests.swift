import Testing

@testable import Flow

@Suite struct ForeignFunctionTests {
  /// GLFW's own source, vendored in a package, shows no call of `free` in `glfwTerminate`; the model says what it does.
  @Test func aModelCompletesABodyThatShowsNothing() throws {
    let body = ForeignFunction(name: "glfwTerminate", confidence: .body, parameters: [])
    let model = try ForeignFunction(
      name: "glfwTerminate", notation: "frees all of GLFWwindow", confidence: .model)
    let both = body.completed(by: model)
    #expect(both.parameters.contains(.freesAll))
    #expect(both.ends == ["GLFWwindow"])
    #expect(both.confidence == .model)
  }

  @Test func aBodyThatSaysSomethingIsBelieved() throws {
    let body = ForeignFunction(name: "thing_close", confidence: .body, parameters: [.keeps])
    let model = try ForeignFunction(
      name: "thing_close", notation: "frees 0, when zero, allocates by thing_close", confidence: .model)
    let both = body.completed(by: model)
    #expect(both.parameters == [.keeps])
    #expect(both.succeeds == .always)
    #expect(both.result == .allocates(release: "thing_close"))
    #expect(both.confidence == .body)
  }

  @Test(arguments: [("GtkBuilder", true), ("GstElement", true), ("AVCodecContext", false), ("", false)])
  func objectsOfCountedLibraries(type: String, isCounted: Bool) {
    #expect(NameConvention.isCountedType(type) == isCounted)
  }
}
