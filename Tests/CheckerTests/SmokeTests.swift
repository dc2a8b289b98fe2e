import Testing
@testable import Checker

@Test func moduleLoads() {}
