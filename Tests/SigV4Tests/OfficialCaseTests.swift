import SigV4
import Testing

@Suite(
    "SigV4: the AWS signing test suite",
    .enabled(if: OfficialCases.path != nil, "NOT PROVEN HERE: no file of cases; name one with SIGV4_CASES"))
struct OfficialCaseTests {
    @Test("SigV4: the file of official cases is read whole")
    func readsEveryCase() throws {
        if let failure = OfficialCases.failure { throw failure }
        let cases = OfficialCases.all
        #expect(cases.count >= 38)
        #expect(Set(cases.map(\.name)).count == cases.count)
        print("SigV4: \(cases.count) official cases from \(OfficialCases.path ?? "")")
    }

    @Test("SigV4: an official case signs to the published header form", arguments: OfficialCases.all)
    func signsHeader(_ official: OfficialCase) throws {
        let result = try official.signer.sign(
            try official.signingRequest, credentials: official.credentials, date: official.date)

        #expect(result.canonicalRequest == official.header.canonicalRequest)
        #expect(result.stringToSign == official.header.stringToSign)
        #expect(result.signature == official.header.signature)
        #expect(result.headers.last?.name == "Authorization")
        #expect(result.headers.last?.value == official.header.authorization)
        #expect(
            result.headers.first { $0.name == "X-Amz-Security-Token" }?.value == official.context.sessionToken)
    }

    @Test("SigV4: an official case presigns to the published query form", arguments: OfficialCases.all)
    func presigns(_ official: OfficialCase) throws {
        let result = try official.signer.presign(
            try official.signingRequest, credentials: official.credentials, date: official.date,
            expiresInSeconds: official.context.expiration)

        #expect(result.canonicalRequest == official.query.canonicalRequest)
        #expect(result.stringToSign == official.query.stringToSign)
        #expect(result.signature == official.query.signature)
        #expect(result.query.contains("&X-Amz-Signature=\(official.query.signature)"))
        #expect(
            result.query.contains("X-Amz-Security-Token=") == (official.context.sessionToken != nil),
            "the token is sent, signed or not")
    }
}
