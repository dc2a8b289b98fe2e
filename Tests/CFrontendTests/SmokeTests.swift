import Testing

@testable import CFrontend

@Test func moduleLoads() {}
