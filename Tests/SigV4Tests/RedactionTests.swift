import SigV4
import Testing

@Suite("SigV4: secrets stay out of descriptions")
struct RedactionTests {
    private let secret = "wJalrXUtnFEMI"
    private let token = "AQoDYXdzEPT"

    private var credentials: Credentials {
        Credentials(accessKeyID: "AKIDEXAMPLE", secretAccessKey: secret, sessionToken: token)
    }

    @Test("SigV4: credentials show their access key ID alone")
    func redactsCredentials() {
        #expect(!shown(credentials).contains(secret))
        #expect(!shown(credentials).contains(token))
        #expect(credentials.description.contains("AKIDEXAMPLE"))
        struct Holder { let credentials: Credentials? }
        #expect(!shown(Holder(credentials: credentials)).contains(secret))
        #expect(!shown([credentials]).contains(token))
    }

    @Test("SigV4: requests, signatures, keys and the cache show nothing of theirs")
    func redactsTheRest() throws {
        let cache = SigningKeyCache()
        let signer = Signer(region: "r", service: "sqs", keyCache: cache)
        let request = Example.request(
            path: "/path-\(secret)", query: "q=\(secret)", headers: [Example.host, (name: "Cookie", value: secret)])
        let signed = try signer.sign(request, credentials: credentials, date: Example.date)
        let presigned = try signer.presign(
            request, credentials: credentials, date: Example.date, expiresInSeconds: 60)
        let key = try cache.key(
            secretAccessKey: secret, scope: CredentialScope(day: "20150830", region: "r", service: "sqs"))

        for value in [request, signed, presigned, key, cache, signer] as [Any] {
            let text = shown(value)
            #expect(!text.contains(secret), "\(type(of: value))")
            #expect(!text.contains(token), "\(type(of: value))")
            #expect(!text.contains(signed.signature) && !text.contains(presigned.signature))
        }
    }

    /// Everything that printing, debugging and dumping show of a value.
    private func shown(_ value: Any) -> String {
        var dumped = ""
        dump(value, to: &dumped)
        return "\(value) \(String(reflecting: value)) \(dumped)"
    }
}
