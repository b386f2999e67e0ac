import Testing

@testable import ServiceRuntime

@Suite("The dimensions of metrics")
struct EMFDimensionsTests {
    private func deployment(_ value: String?) throws(ConfigurationError) -> String {
        let settings = Settings(variables: value.map { ["METRICS_DEPLOYMENT": $0] } ?? [:])
        return try EMFDimensions(settings, service: .worker).deployment
    }

    @Test(
        "a deployment has the name it was given, and one without a name a fixed one",
        arguments: ["user-sync-2", "a", "x y"])
    func names(name: String) throws {
        #expect(try deployment(name) == name)
        #expect(try deployment(nil) == "user-sync")
        #expect(try deployment("") == "user-sync")
        #expect(try deployment(" \(name)\n") == name)
    }

    @Test(
        "a name that CloudWatch would refuse is refused at the start",
        arguments: ["são-paulo", "a\tb", "a\u{7F}", String(repeating: "a", count: 256)])
    func refusals(name: String) {
        #expect(throws: ConfigurationError.self) { try deployment(name) }
    }

    @Test("a flag wins over the variable")
    func flag() throws {
        let settings = Settings(
            flags: ["METRICS_DEPLOYMENT": "by-flag"], variables: ["METRICS_DEPLOYMENT": "by-variable"])
        #expect(try EMFDimensions(settings, service: .orchestrator).deployment == "by-flag")
    }
}
