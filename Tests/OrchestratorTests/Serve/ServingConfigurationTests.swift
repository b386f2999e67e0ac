import ServiceRuntime
import Testing

@testable import Orchestrator

@Suite("Settings of the HTTP API")
struct ServingConfigurationTests {
    private func configuration(_ variables: [String: String]) throws(ConfigurationError) -> ServingConfiguration {
        try ServingConfiguration(Settings(variables: variables))
    }

    @Test("by default it listens on loopback and starts nothing by itself")
    func defaults() throws {
        let configuration = try configuration([:])
        #expect(configuration.host == "127.0.0.1")
        #expect(configuration.port == 8080)
        #expect(configuration.access.token == nil)
        #expect(configuration.interval == nil)
    }

    @Test("another address than loopback is refused without a token", arguments: ["0.0.0.0", "::", "10.1.2.3", "api"])
    func openAddress(host: String) throws {
        let error = #expect(throws: ConfigurationError.self) { try configuration(["SYNC_API_HOST": host]) }
        #expect(error?.variable == "SYNC_API_TOKEN")
        let token = "a-long-enough-token"
        #expect(try configuration(["SYNC_API_HOST": host, "SYNC_API_TOKEN": token]).access.token != nil)
    }

    @Test("a token that can be guessed or cannot travel in a header is refused, and not repeated")
    func weakToken() {
        for token in [
            "short", "fifteen-letters", "has a space in it.", "líne-of-sixteen-letters", "tab\tin-the-middle-of",
        ] {
            let error = #expect(throws: ConfigurationError.self) { try configuration(["SYNC_API_TOKEN": token]) }
            #expect(error?.variable == "SYNC_API_TOKEN")
            #expect(error?.description.contains(token) == false)
        }
    }

    @Test("an interval has a unit, and a size that makes sense")
    func interval() throws {
        let good: [(String, Duration)] = [
            ("6h", .seconds(21_600)), ("90s", .seconds(90)), ("15m", .seconds(900)), ("1d", .seconds(86_400)),
        ]
        for (text, duration) in good { #expect(try configuration(["SYNC_EVERY": text]).interval == duration) }
        for text in ["6", "h", "0s", "-1h", "6 h", "1.5h", "31d", "99999999999999999999h", "6H"] {
            let error = #expect(throws: ConfigurationError.self) { try configuration(["SYNC_EVERY": text]) }
            #expect(error?.variable == "SYNC_EVERY", "\(text)")
        }
    }
}
