import SigV4
import Testing

@Suite("SigV4: the cache of signing keys")
struct SigningKeyCacheTests {
    @Test("SigV4: a key is derived once for each secret, day, region and service")
    func derivesOnce() throws {
        let cache = SigningKeyCache()
        let scope = CredentialScope(day: "20150830", region: "us-east-1", service: "sqs")
        let others = [
            CredentialScope(day: "20150831", region: "us-east-1", service: "sqs"),
            CredentialScope(day: "20150830", region: "us-east-2", service: "sqs"),
            CredentialScope(day: "20150830", region: "us-east-1", service: "sns"),
        ]
        for _ in 0..<3 {
            _ = try cache.key(secretAccessKey: "secret", scope: scope)
            _ = try cache.key(secretAccessKey: "Secret", scope: scope)
            for other in others { _ = try cache.key(secretAccessKey: "secret", scope: other) }
        }
        #expect(cache.derivations == 5)
        #expect(cache.count == 5)
    }

    @Test("SigV4: a key from the cache signs as a new one does")
    func returnsTheRightKey() throws {
        let cache = SigningKeyCache(capacity: 3)
        let message = Array("message".utf8)
        for round in 0..<50 {
            let scope = CredentialScope(day: "2015083\(round % 5)", region: "r\(round % 2)", service: "sqs")
            let secret = "secret\(round % 3)"
            #expect(
                try cache.key(secretAccessKey: secret, scope: scope).signature(of: message)
                    == SigningKey(secretAccessKey: secret, scope: scope).signature(of: message))
        }
    }

    @Test(
        "SigV4: the cache never holds more than its capacity and drops the least recently used", arguments: [1, 2, 16])
    func staysBounded(capacity: Int) throws {
        let cache = SigningKeyCache(capacity: capacity)
        let kept = CredentialScope(day: "20150830", region: "r", service: "sqs")
        for number in 0..<100 {
            if capacity > 1 { _ = try cache.key(secretAccessKey: "kept", scope: kept) }
            let scope = CredentialScope(day: "20150830", region: "r\(number)", service: "sqs")
            _ = try cache.key(secretAccessKey: "secret", scope: scope)
            #expect(cache.count <= capacity)
        }
        #expect(cache.count == capacity)
        #expect(cache.derivations == (capacity > 1 ? 101 : 100), "the key in use is never dropped")
    }

    @Test("SigV4: a capacity below one is one", arguments: [0, -5, .min])
    func hasRoomForOne(capacity: Int) throws {
        let cache = SigningKeyCache(capacity: capacity)
        _ = try cache.key(
            secretAccessKey: "secret", scope: CredentialScope(day: "20150830", region: "r", service: "sqs"))
        #expect(cache.capacity == 1)
        #expect(cache.count == 1)
    }

    @Test("SigV4: copies of a signer share its keys, and a new day brings a new one")
    func isSharedByCopies() throws {
        let cache = SigningKeyCache()
        let signer = Signer(region: "r", service: "sqs", keyCache: cache)
        let copy = signer
        let tomorrow = SigningDate(unixSeconds: Example.date.unixSeconds + 86_400)
        let today = try signer.sign(Example.request(), credentials: Example.credentials, date: Example.date)
        let again = try copy.sign(Example.request(), credentials: Example.credentials, date: Example.date)
        #expect(today.signature == again.signature)
        #expect(cache.derivations == 1)
        _ = try copy.sign(Example.request(), credentials: Example.credentials, date: tomorrow)
        #expect(cache.derivations == 2)
    }

    @Test("SigV4: many tasks at once get right signatures and derive once")
    func isSafeForManyTasks() async throws {
        let cache = SigningKeyCache()
        let signer = Signer(region: "eu-central-1", service: "sqs", keyCache: cache)
        let expected = try Example.sign().signature
        try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<200 {
                group.addTask {
                    try signer.sign(Example.request(), credentials: Example.credentials, date: Example.date).signature
                }
            }
            for try await signature in group { #expect(signature == expected) }
        }
        #expect(cache.derivations == 1)
    }
}
