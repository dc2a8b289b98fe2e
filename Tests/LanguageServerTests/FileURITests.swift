import Testing

@testable import LanguageServer

@Suite struct FileURITests {
  @Test(arguments: [
    ("file:///a/b.go", "/a/b.go"), ("file:///a%20b/%C3%BC.go", "/a b/ü.go"), ("FILE:///a", "/a"),
    ("file://localhost/a", "/a"), ("file:///a/../b/./c", "/b/c"), ("file:///a//b/", "/a/b"), ("file:///", "/"),
    ("file:///a?x#y", "/a"), ("file:///../..", "/"),
  ])
  func pathsOfFiles(_ uri: String, _ path: String) { #expect(FileURI.path(uri) == path) }

  @Test(arguments: ["untitled:1", "file://", "file://host/a", "", "/a", "file:///%FF", "file:///a%00b", "git:/a.go"])
  func othersHaveNone(_ uri: String) { #expect(FileURI.path(uri) == nil) }

  @Test(arguments: ["/a b/ü.go", "/a%20b", "/", "/a#b?c", "/[x]/:y"])
  func thereAndBack(_ path: String) { #expect(FileURI.path(FileURI.uri(path)) == path) }

  @Test func inside() {
    #expect(FileURI.isInside("/a/b", "/a") && FileURI.isInside("/a", "/a") && FileURI.isInside("/a", "/"))
    #expect(!FileURI.isInside("/ab", "/a"))
  }
}
