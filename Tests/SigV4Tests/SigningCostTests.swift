import SigV4
import Testing

/// Meaningful for optimised code alone: `swift test -c release --filter SigningCostTests`.
@Suite("SigV4: the cost of signing", .serialized)
struct SigningCostTests {
    #if DEBUG
        private static let isOptimized = false
    #else
        private static let isOptimized = true
    #endif

    @Test(
        "SigV4: signing a 128 KB request costs at most 1.1 times its SHA-256",
        .enabled(if: isOptimized, "a debug build says nothing about cost"))
    func isNearlyFree() throws {
        let body = (0..<131_072).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let signer = Signer(region: "eu-central-1", service: "sqs")
        let headers = [
            Example.host,
            (name: "Content-Type", value: "application/x-amz-json-1.0"),
            (name: "X-Amz-Target", value: "AmazonSQS.SendMessageBatch"),
            (name: "Content-Length", value: "131072"),
        ]
        var sink = 0
        func hashOnly() throws { sink &+= Int(try SHA256Digest.hash(body).bytes[0]) }
        func hashAndSign() throws {
            let request = SigningRequest(method: "POST", path: "/", headers: headers, payloadHash: try .hash(body))
            sink &+= try signer.sign(request, credentials: Example.credentials, date: Example.date).signature.utf8.count
        }

        // The two alternate and the quickest of a fixed number of short rounds counts: other work on the machine only ever adds.
        let clock = ContinuousClock()
        let callsPerRound = 4
        var hashing = Duration.seconds(1)
        var signing = Duration.seconds(1)
        for _ in 0..<4000 {
            hashing = min(hashing, try clock.measure { for _ in 0..<callsPerRound { try hashOnly() } })
            signing = min(signing, try clock.measure { for _ in 0..<callsPerRound { try hashAndSign() } })
        }
        let ratio = signing / hashing
        print("SigV4: 128 KB: SHA-256 \(hashing / callsPerRound), signed \(signing / callsPerRound), ratio \(ratio)")
        #expect(ratio <= 1.1)
        #expect(sink != 0)
    }
}
