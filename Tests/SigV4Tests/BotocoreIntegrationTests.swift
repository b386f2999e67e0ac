import SigV4
import Testing

@Suite("SigV4: random requests against botocore (Integration, needs Python)")
struct BotocoreIntegrationTests {
    @Test("SigV4: random requests are signed just as botocore signs them", arguments: [20_240_229, 7])
    func agreesWithBotocore(seed: Int) async throws {
        let count = 500
        let cases = try await BotocoreCase.signed(seed: seed, count: count)
        #expect(cases.count == count)

        var presigned = 0
        for expected in cases {
            let date = SigningDate(unixSeconds: expected.unixSeconds)
            let place: Comment = "seed \(seed), request \(expected.index): \(expected.path)?\(expected.query)"
            if expected.isPresigned {
                presigned += 1
                let result = try expected.signer.presign(
                    try expected.signingRequest, credentials: expected.credentials, date: date,
                    expiresInSeconds: expected.expires)
                #expect(result.canonicalRequest == expected.canonicalRequest, place)
                #expect(result.stringToSign == expected.stringToSign, place)
                #expect(result.signature == expected.signature, place)
            } else {
                let result = try expected.signer.sign(
                    try expected.signingRequest, credentials: expected.credentials, date: date)
                #expect(result.canonicalRequest == expected.canonicalRequest, place)
                #expect(result.stringToSign == expected.stringToSign, place)
                #expect(result.signature == expected.signature, place)
                #expect(result.headers.last?.value == expected.authorization, place)
            }
        }
        #expect(presigned > count / 3 && presigned < count * 2 / 3, "both forms are well represented")
        print("SigV4: \(cases.count) requests of seed \(seed) compared with botocore, \(presigned) of them presigned")
    }
}
