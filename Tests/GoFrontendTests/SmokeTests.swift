import Testing

@testable import GoFrontend

@Test func moduleLoads() {}
