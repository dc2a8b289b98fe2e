import Flow
import Foundation
import Testing
import Yams

@testable import Checker

@Suite struct LibraryModelTests {
  @Test func theModelIsReadWhole() throws {
    #expect(LibraryModel.builtIn.count > 800)
    #expect(LibraryModel.builtIn.values.allSatisfy { $0.confidence == .model && $0.name.utf8.count > 1 })
    let text = String(decoding: PackageResources.libraries_yml, as: UTF8.self)
    let sections = try YAMLDecoder().decode([String: [String: String]].self, from: text)
    #expect(LibraryModel.sections.mapValues { $0.mapValues(String.init) } == sections)
  }

  @Test func headersOfTheMainThreadAreKnown() {
    let model = LibraryModel()
    #expect(model.isOfMainThread(header: "gtk/gtk.h") && model.isOfMainThread(header: "GLFW/glfw3.h"))
    #expect(!model.isOfMainThread(header: "jack/jack.h") && !model.isOfMainThread(header: "stdlib.h"))
  }

  /// A decoder keeps the last of two entries without a word, so the tree is looked at.
  @Test func noNameIsDescribedTwice() throws {
    let text = String(decoding: PackageResources.libraries_yml, as: UTF8.self)
    let libraries = try #require(try Yams.compose(yaml: text)?.mapping)
    var seen: Set<String> = []
    var repeated: [String] = []
    for (library, entries) in libraries {
      let name = try #require(library.string)
      if name == LibraryModel.mainThreadSection { continue }
      for (function, _) in try #require(entries.mapping, "\(name) is no list of functions") {
        let function = try #require(function.string)
        if !seen.insert(function).inserted { repeated.append(function) }
      }
    }
    #expect(repeated.isEmpty)
    #expect(seen.count == LibraryModel.builtIn.count)
  }

  /// What allocates names the function that ends it, and that function ends something.
  @Test func whatAllocatesCanBeEnded() {
    var wrong: [String] = []
    for function in LibraryModel.builtIn.values {
      guard case .allocates(let release?) = function.result else { continue }
      let ends = LibraryModel.builtIn[release]?.parameters.contains { $0 == .frees || $0 == .releases } ?? false
      if !ends { wrong.append("\(function.name) by \(release)") }
    }
    #expect(wrong.sorted() == [])
  }

  @Test func parametersAreSane() {
    for function in LibraryModel.builtIn.values {
      #expect(function.parameters.count <= 12, "\(function.name)")
      #expect(Set(function.outputs).count == function.outputs.count, "\(function.name)")
      #expect(function.outputs.allSatisfy { $0 < 8 }, "\(function.name)")
      // A context without a function to get it is a slip of the pen; a stream takes its functions together with their context.
      if function.parameters.contains(.context) { #expect(function.parameters.contains(.calls), "\(function.name)") }
      if function.succeeds != .always {
        #expect(function.parameters.contains { $0 == .frees || $0 == .releases }, "\(function.name)")
      }
    }
  }

  @Test func whatIsKnownComesBeforeWhatTheNameSays() throws {
    let model = LibraryModel()
    for name in [
      "pthread_mutex_destroy", "archive_read_close", "uv_close", "av_frame_unref", "avcodec_close", "mdb_dbi_close",
      "rocksdb_delete", "zmq_msg_close", "g_source_destroy",
    ] {
      let known = try #require(model.function(named: name))
      #expect(!known.parameters.contains { $0 == .frees || $0 == .releases }, "\(name)")
    }
    #expect(model.function(named: "av_buffer_ref")?.result == .allocates(release: "av_buffer_unref"))
    #expect(model.function(named: "freopen")?.result == .parameter(2))
    #expect(model.function(named: "thing_free")?.confidence == .name)
    #expect(model.function(named: "nothing") == nil)
  }

  @Test func additionsWin() throws {
    let own = try ForeignFunction(name: "free", notation: "borrows", confidence: .model)
    #expect(LibraryModel(additions: [own]).function(named: "free") == own)
    #expect(LibraryModel().function(named: "free")?.parameters == [.frees])
  }

  @Test func coreFoundationGivesOutWhatItCreatesAndCopies() {
    let model = LibraryModel()
    for name in [
      "CFURLCreateWithString", "CFPreferencesCopyAppValue", "CTFontCreateWithName", "SecCertificateCopyData",
      "CFArrayCreateCopy",
    ] {
      #expect(model.function(named: name)?.result == .allocates(release: "CFRelease"), "\(name)")
    }
    for name in ["CFDateGetCreatedTime", "CFStringGetLength", "SecondCreate", "CGfooCreate"] {
      #expect(model.function(named: name)?.result != .allocates(release: "CFRelease"), "\(name)")
    }
  }
}
