import Testing

@testable import Flow

@Test func moduleLoads() {}
