import AWSClientSupport
import Logging
import SigV4
import Testing

@Suite("Credentials")
struct CredentialTests {
    private func code(_ provider: any CredentialProvider) async -> CredentialError.Code? {
        do {
            _ = try await provider.credentials()
            return nil
        } catch {
            return error.code
        }
    }

    @Test("the environment's keys are read, with a session token or without one")
    func environment() async throws {
        let keys = ["AWS_ACCESS_KEY_ID": "AKID", "AWS_SECRET_ACCESS_KEY": "secret"]
        let plain = try await EnvironmentCredentialProvider(environment: keys).credentials()
        #expect(plain == Credentials(accessKeyID: "AKID", secretAccessKey: "secret"))
        let withToken = EnvironmentCredentialProvider(environment: keys.merging(["AWS_SESSION_TOKEN": "t"]) { $1 })
        #expect(try await withToken.credentials().sessionToken == "t")
        let emptyToken = EnvironmentCredentialProvider(environment: keys.merging(["AWS_SESSION_TOKEN": ""]) { $1 })
        #expect(try await emptyToken.credentials().sessionToken == nil)
    }

    @Test("half a key is an error and not an empty source")
    func halfKeys() async {
        #expect(await code(EnvironmentCredentialProvider(environment: ["AWS_ACCESS_KEY_ID": "x"])) == .invalid)
        #expect(await code(EnvironmentCredentialProvider(environment: ["AWS_SECRET_ACCESS_KEY": "x"])) == .invalid)
        #expect(await code(EnvironmentCredentialProvider(environment: ["AWS_ACCESS_KEY_ID": ""])) == .notConfigured)
    }

    @Test("a chain takes the first source that applies and stays with it")
    func chain() async throws {
        let empty = EnvironmentCredentialProvider(environment: [:])
        let first = Credentials(accessKeyID: "first", secretAccessKey: "s")
        let chain = CredentialChain([
            empty, StaticCredentialProvider(first),
            StaticCredentialProvider(Credentials(accessKeyID: "second", secretAccessKey: "s")),
        ])
        #expect(try await chain.credentials() == first)
        #expect(try await chain.credentials() == first)
        #expect(await code(CredentialChain([empty, empty])) == .notConfigured)
        #expect(await code(CredentialChain([])) == .notConfigured)
    }

    @Test("a broken source ends the chain: no identity is used that nobody chose")
    func brokenChain() async {
        let chain = CredentialChain([
            EnvironmentCredentialProvider(environment: ["AWS_ACCESS_KEY_ID": "x"]),
            StaticCredentialProvider(Credentials(accessKeyID: "other", secretAccessKey: "s")),
        ])
        #expect(await code(chain) == .invalid)
    }

    private func expiring(_ source: CountingSource, _ time: ManualTime) -> ExpiringCredentials {
        ExpiringCredentials(
            source, environment: time.environment(), logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    @Test("a hundred callers at once cause one fetch")
    func singleFlight() async throws {
        let time = ManualTime()
        let source = CountingSource(delay: .milliseconds(50))
        let provider = expiring(source, time)
        try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<100 { group.addTask { try await provider.credentials().accessKeyID } }
            for try await key in group { #expect(key == "AKID1") }
        }
        #expect(source.fetches == 1)
    }

    @Test("new ones are fetched before the old ones end, while everyone still gets the old ones")
    func refresh() async throws {
        let time = ManualTime()
        let source = CountingSource(expiration: { time.unixSeconds + 3_600 })
        let provider = expiring(source, time)
        #expect(try await provider.credentials().accessKeyID == "AKID1")
        time.advance(seconds: 3_600 - 301)
        #expect(try await provider.credentials().accessKeyID == "AKID1")
        #expect(source.fetches == 1)
        time.advance(seconds: 2)
        #expect(try await provider.credentials().accessKeyID == "AKID1")
        for _ in 0..<500 where source.fetches < 2 { try await Task.sleep(for: .milliseconds(2)) }
        #expect(source.fetches == 2)
        for _ in 0..<500 {
            if try await provider.credentials().accessKeyID == "AKID2" { break }
            try await Task.sleep(for: .milliseconds(2))
        }
        #expect(try await provider.credentials().accessKeyID == "AKID2")
        #expect(source.fetches == 2)
    }

    @Test("a refresh that fails leaves the old ones in use while they are valid, and is not repeated at every call")
    func failedRefresh() async throws {
        let time = ManualTime()
        let source = CountingSource(expiration: { time.unixSeconds + 3_600 })
        let provider = expiring(source, time)
        _ = try await provider.credentials()
        source.fail(true)
        time.advance(seconds: 3_600 - 50)
        for _ in 0..<20 { #expect(try await provider.credentials().accessKeyID == "AKID1") }
        #expect(source.fetches == 2)
        time.advance(seconds: 10)
        #expect(try await provider.credentials().accessKeyID == "AKID1")
        #expect(source.fetches == 3)
        time.advance(seconds: 41)
        #expect(await code(provider) == .unavailable)
        source.fail(false)
        #expect(try await provider.credentials().accessKeyID == "AKID5")
    }

    @Test("rejected credentials are dropped; newer ones are not dropped in their place")
    func invalidation() async throws {
        let source = CountingSource()
        let provider = expiring(source, ManualTime())
        let first = try await provider.credentials()
        await provider.invalidate(first)
        let second = try await provider.credentials()
        #expect(second != first)
        await provider.invalidate(first)
        #expect(try await provider.credentials() == second)
        #expect(source.fetches == 2)
    }

    @Test("credentials that come already expired are refused: the host's clock is wrong")
    func deadOnArrival() async {
        let time = ManualTime()
        let provider = expiring(CountingSource(expiration: { time.unixSeconds - 1 }), time)
        #expect(await code(provider) == .unavailable)
    }

    @Test("a source that hands out expired keys in an outage has them used, and is asked again some minutes later")
    func staticStability() async throws {
        let time = ManualTime()
        let source = CountingSource(outlivesExpiration: true, expiration: { time.unixSeconds - 60 })
        let provider = expiring(source, time)
        for _ in 0..<10 { #expect(try await provider.credentials().accessKeyID == "AKID1") }
        #expect(source.fetches == 1)
        time.advance(seconds: 299)
        #expect(try await provider.credentials().accessKeyID == "AKID1")
        #expect(source.fetches == 1)
        time.advance(seconds: 600)
        #expect(try await provider.credentials().accessKeyID == "AKID2")
    }

    @Test("keys of such a source stay in use beyond their end when it does not answer at all")
    func outage() async throws {
        let time = ManualTime()
        let source = CountingSource(outlivesExpiration: true, expiration: { time.unixSeconds + 3_600 })
        let provider = expiring(source, time)
        _ = try await provider.credentials()
        source.fail(true)
        for hours in 1...3 {
            time.advance(seconds: 3_600)
            #expect(try await provider.credentials().accessKeyID == "AKID1", "hour \(hours)")
        }
        source.fail(false)
        time.advance(seconds: 3_600)
        #expect(try await provider.credentials().accessKeyID != "AKID1")
    }

    @Test("a source that has nothing newer shortly before the end is not asked at every call")
    func nothingNewer() async throws {
        let time = ManualTime()
        let end = time.unixSeconds + 200
        let source = CountingSource(expiration: { end })
        let provider = expiring(source, time)
        for _ in 0..<50 { _ = try await provider.credentials() }
        #expect(source.fetches == 1)
        time.advance(seconds: 11)
        _ = try await provider.credentials()
        for _ in 0..<500 where source.fetches < 2 { try await Task.sleep(for: .milliseconds(2)) }
        #expect(source.fetches == 2)
    }

    @Test("a chain says where its credentials come from")
    func origin() async throws {
        let chain = CredentialChain([
            EnvironmentCredentialProvider(environment: [
                "AWS_ACCESS_KEY_ID": "A", "AWS_SECRET_ACCESS_KEY": "S",
            ])
        ])
        #expect(await chain.origin() == nil)
        _ = try await chain.credentials()
        #expect(await chain.origin() == "environment (AWS_ACCESS_KEY_ID)")
    }
}
