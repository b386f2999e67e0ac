import Foundation
import SyncTestSupport
import Synchronization
import TestSupport
import Testing

@Suite("A legacy API that fails", .serialized)
struct LegacyAPIFaultIntegrationTests {
    @Test("500 and 429 without Retry-After: opened again after a pause")
    func errorsAndThrottling() async throws {
        let kinds = Atomic(0)
        try await completeBehind("API answers 500 and 429", "proxy: 500, 429, 503, 429 in turn") { _ in
            switch kinds.add(1, ordering: .relaxed).newValue {
            case 1: .answer(HTTPAnswer("500 Internal Server Error", [], #"{"message":"Internal server error"}"#))
            case 2: .answer(HTTPAnswer("429 Too Many Requests", [], #"{"message":"Too many requests"}"#))
            case 3: .answer(HTTPAnswer("503 Service Unavailable", ["Content-Type: text/html"], "<html>busy</html>"))
            case 4: .answer(HTTPAnswer("429 Too Many Requests"))
            default: .forward
            }
        }
    }

    @Test("429 with Retry-After, in seconds or as a date: not called again before", arguments: ["seconds", "date"])
    func retryAfter(form: String) async throws {
        let arrivals = Mutex<[ContinuousClock.Instant]>([])
        try await completeBehind("API answers 429, Retry-After \(form)", "proxy: once, 3 s") { _ in
            let isFirst = arrivals.withLock { arrivals in
                arrivals.append(.now)
                return arrivals.count == 1
            }
            // A date has no fractions: three seconds from now are four at least on the next full second.
            let value = form == "seconds" ? "3" : AmazonDate.http(Date().addingTimeInterval(4))
            return isFirst ? .answer(HTTPAnswer("429 Too Many Requests", ["Retry-After: \(value)"])) : .forward
        }
        let times = arrivals.withLock { $0 }
        try #require(times.count == 2)
        // Never earlier than asked; how much later is the machine's business.
        #expect(times[1] - times[0] >= .milliseconds(2_900))
    }

    @Test("a stall in mid-stream ends the attempt at the idle limit, and the next one completes")
    func stall() async throws {
        try await withTrial { trial in
            let api = try await trial.startAPI("--stall", "600", "--stall-first", "1", "--stall-at", "0.5")
            defer { api.stop() }
            let sync = try trial.startSync(api, ["SYNC_STREAM_IDLE_TIMEOUT": "3"])
            defer { sync.kill() }
            trial.faultIsOver()
            try await trial.withWorkers { _ in try await trial.complete(sync) }
            #expect(try await trial.stack.status().streamAttempts == 2)
            try await trial.verify("API stalls in mid-stream", injected: "simulator: silent for 600 s; idle limit 3 s")
        }
    }

    @Test("cut at random bytes, five times: nothing of it counts twice")
    func randomCuts() async throws {
        let dice = Dice(seed: 19)
        let attempts = Atomic(0)
        try await completeBehind("API cuts the stream", "proxy: resets after 5 random byte counts") { _ in
            attempts.add(1, ordering: .relaxed).newValue > 5
                ? .forward : .cutAnswer(afterBytes: dice.number(below: 300_000))
        }
        #expect(attempts.load(ordering: .relaxed) == 6)
    }

    @Test("an HTML page under 200 is no stream: tried again, then named in the record")
    func htmlPage() async throws {
        let page = HTTPAnswer("200 OK", ["Content-Type: text/html; charset=utf-8"], "<html><body>Sign in</body></html>")
        let attempts = Atomic(0)
        try await completeBehind("API answers an HTML page", "proxy: 200 with text/html, twice") { _ in
            attempts.add(1, ordering: .relaxed).newValue > 2 ? .forward : .answer(page)
        }
        try await failBehind(
            "API answers an HTML page for good", "proxy: 200 with text/html", { _ in .answer(page) },
            ["SYNC_STREAM_ATTEMPTS": "2"], attempts: 2
        ) { message in
            #expect(message.contains("text/html"))
            #expect(message.contains("2 times"))
        }
    }

    @Test("401 is not tried again, and the record says what to check")
    func unauthorized() async throws {
        let answer = HTTPAnswer("401 Unauthorized", ["Content-Type: application/json"], #"{"message":"Unauthorized"}"#)
        try await failBehind(
            "API answers 401", "proxy: 401", { _ in .answer(answer) }, attempts: 1
        ) { message in
            #expect(message.contains("401"))
            #expect(message.contains("LEGACY_API_KEY"))
        }
    }

    @Test("a redirect is not followed, and the key goes nowhere else")
    func redirect() async throws {
        let elsewhere = try MisbehavingHTTPServer.start { connection, _ in try connection.respond("200 OK", [], "[]") }
        defer { elsewhere.stop() }
        let answer = HTTPAnswer("302 Found", ["Location: \(elsewhere.url)/external/users"])
        try await failBehind(
            "API redirects to another host", "proxy: 302", { _ in .answer(answer) }, attempts: 1
        ) { message in
            #expect(message.contains("302"))
            #expect(message.contains("LEGACY_API_URL"))
        }
        #expect(elsewhere.connectionsAccepted == 0)
    }

    @Test("a certificate of an unknown authority is refused before the key is sent")
    func unknownAuthority() async throws {
        try await withTrial(100) { trial in
            let tls = try await TLSServer.start()
            defer { tls.stop() }
            let sync = try trial.startSync(nil, ["LEGACY_API_URL": tls.url, "SYNC_STREAM_ATTEMPTS": "2"])
            defer { sync.kill() }
            #expect(try await sync.wait(deadline: .seconds(60)) == 1)
            let row = try await trial.verifyFailed(
                "API with an unknown authority", injected: "openssl s_server, self-signed certificate")
            #expect(row.streamAttempts == 1)
            #expect(row.errorMessage?.lowercased().contains("certificate") == true, "\(row.errorMessage ?? "")")
            #expect(!tls.output.contains("x-api-key"))
        }
    }

    // MARK: Helpers

    /// A sync whose legacy API is behind a proxy with this rule completes.
    private func completeBehind(_ fault: String, _ injected: String, _ rule: @escaping FaultProxy.Rule) async throws {
        try await withTrial { trial in
            let api = try await trial.startAPI()
            defer { api.stop() }
            let proxy = try FaultProxy.start(to: api.url)
            defer { proxy.stop() }
            proxy.inject(rule)
            let sync = try trial.startSync(nil, ["LEGACY_API_URL": proxy.url + "/external/users"])
            defer { sync.kill() }
            trial.faultIsOver()
            try await trial.withWorkers { _ in try await trial.complete(sync) }
            #expect(proxy.faults > 0)
            #expect(try await trial.stack.status().streamAttempts == proxy.requests)
            try await trial.verify(fault, injected: injected)
        }
    }

    /// A sync whose legacy API is behind a proxy with this rule fails after so many attempts, with a reason in its record.
    private func failBehind(
        _ fault: String, _ injected: String, _ rule: @escaping FaultProxy.Rule, _ settings: [String: String] = [:],
        attempts: Int,
        _ check: (String) -> Void
    ) async throws {
        try await withTrial(100) { trial in
            let api = try await trial.startAPI()
            defer { api.stop() }
            let proxy = try FaultProxy.start(to: api.url)
            defer { proxy.stop() }
            proxy.inject(rule)
            let sync = try trial.startSync(
                nil, settings.merging(["LEGACY_API_URL": proxy.url + "/external/users"]) { _, new in new })
            defer { sync.kill() }
            #expect(try await sync.wait(deadline: .seconds(90)) == 1)
            let row = try await trial.verifyFailed(fault, injected: injected)
            #expect(row.streamAttempts == attempts)
            #expect(proxy.requests == attempts)
            check(row.errorMessage ?? "")
        }
    }
}
