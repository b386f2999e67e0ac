import Testing

@testable import Postgres

@Suite("What every session sets") struct SessionSettingsTests {
    private let inForce = [
        "TimeZone": "UTC", "DateStyle": "ISO, YMD", "IntervalStyle": "postgres", "client_encoding": "UTF8",
        "standard_conforming_strings": "on",
    ]

    @Test("the search path gives way to what is given, and all else wins over it")
    func order() throws {
        let options = SessionSettings(
            own: ["lock_timeout": "30s"], options: "-c search_path=app -c timezone=Asia/Tokyo"
        ).startupOptions
        let path = try #require(options.range("-c search_path=\"$user\",\\ public"))
        let given = try #require(options.range("-c search_path=app -c timezone=Asia/Tokyo"))
        let zone = try #require(options.range("-c timezone=UTC"))
        #expect(path < given && given < zone)
        #expect(options.hasSuffix("-c lock_timeout=30s"))
        #expect(!options.contains("-c lock_timeout=0"))
    }

    @Test("default_transaction_read_only is never set: providers set it on a full disk")
    func readOnlyStays() {
        for settings in [
            SessionSettings(own: [:], options: nil), SessionSettings(own: ["a.b": "c"], options: "-c x.y=z"),
        ] {
            #expect(!settings.startupOptions.contains("read_only"))
            #expect(
                settings.missing(wereSent: false, version: 170_000, reported: [:]).allSatisfy {
                    !$0.name.contains("read_only")
                })
        }
    }

    @Test("blanks and backslashes of a value are escaped")
    func escaping() {
        let options = SessionSettings(own: ["a.b": "x y\\z"], options: nil).startupOptions
        #expect(options.hasSuffix("-c a.b=x\\ y\\\\z"))
    }

    @Test("a server that took them needs no statement; one that knows a newer setting is told of that one alone")
    func missing() {
        let settings = SessionSettings(own: [:], options: nil)
        #expect(settings.missing(wereSent: true, version: 150_018, reported: inForce).isEmpty)
        #expect(
            settings.missing(wereSent: true, version: 170_002, reported: inForce).map(\.name) == ["transaction_timeout"]
        )
    }

    @Test(
        "whatever a report contradicts is set again, with all the rest",
        arguments: ["TimeZone", "DateStyle", "IntervalStyle", "client_encoding", "standard_conforming_strings"])
    func contradicted(name: String) {
        var reported = inForce
        reported[name] = "other"
        let settings = SessionSettings(own: ["statement_timeout": "7s"], options: nil)
        let missing = settings.missing(wereSent: true, version: 150_018, reported: reported)
        for expected in ["client_encoding", "search_path", "timezone", "row_security", "idle_session_timeout"] {
            #expect(missing.contains { $0.name == expected }, "\(expected)")
        }
        #expect(missing.filter { $0.name == "statement_timeout" }.map(\.value) == ["7s"])
        #expect(!missing.contains { $0.name == "transaction_timeout" })
    }

    @Test(
        "without the startup message everything is set, but only what the server's version knows, and no path that was given"
    )
    func notSent() {
        let settings = SessionSettings(own: [:], options: "-c search_path=app")
        let missing = settings.missing(wereSent: false, version: 130_000, reported: inForce).map(\.name)
        #expect(!missing.contains("search_path") && !missing.contains("idle_session_timeout"))
        #expect(missing.contains("statement_timeout"))
        #expect(
            settings.missing(wereSent: false, version: 140_000, reported: inForce).contains {
                $0.name == "idle_session_timeout"
            })
    }

    @Test("a refusal of the startup message is told from other errors")
    func refusal() {
        #expect(SessionSettings.isRefusal(sqlState: "08P01", message: "FATAL: unsupported startup parameter: options"))
        #expect(
            SessionSettings.isRefusal(
                sqlState: "0A000", message: "RDS Proxy currently doesn't support command-line options."))
        #expect(
            SessionSettings.isRefusal(sqlState: "42704", message: "FATAL: unrecognized configuration parameter \"…\""))
        #expect(!SessionSettings.isRefusal(sqlState: "28P01", message: "password authentication failed"))
        #expect(!SessionSettings.isRefusal(sqlState: nil, message: "options"))
    }
}

extension String {
    /// Where `text` begins, in characters.
    fileprivate func range(_ text: String) -> Int? {
        indices.first { self[$0...].hasPrefix(text) }.map { distance(from: startIndex, to: $0) }
    }
}
