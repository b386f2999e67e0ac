import SigV4
import Testing

@Suite("SigV4: what cannot be signed is refused")
struct SigningErrorTests {
    @Test(
        "SigV4: a bad region or service is refused in both forms",
        arguments: ["", " ", "eu central", "eu/1", "eu\n", "é"])
    func refusesScopeNames(name: String) {
        expect(.invalidRegion, region: name)
        expect(.invalidService, service: name)
    }

    @Test("SigV4: unusable credentials are refused in both forms")
    func refusesCredentials() {
        for id in ["", "AKID/X", "AKID,X", "AKID X", "AKID\n", "AKÏD"] {
            expect(.invalidAccessKeyID, credentials: Credentials(accessKeyID: id, secretAccessKey: "secret"))
        }
        expect(.missingSecretAccessKey, credentials: Credentials(accessKeyID: "AKID", secretAccessKey: ""))
        for token in ["a b", "a\n", "a\r\nX-Evil: 1", "tökén"] {
            expect(
                .invalidSessionToken,
                credentials: Credentials(accessKeyID: "AKID", secretAccessKey: "s", sessionToken: token))
        }
    }

    @Test("SigV4: a method that is no HTTP token is refused", arguments: ["", "GET ", "GET /", "G\nET", "GÉT"])
    func refusesMethod(method: String) {
        expect(.invalidMethod, request: Example.request(method: method))
    }

    @Test(
        "SigV4: a path that is not one is refused",
        arguments: ["a", "*", "http://host/a", "?a", "/a?b", "/a#b", "/a\nb", "/a\u{0}", "/a\u{7F}", "/a\r\nHost: b"])
    func refusesPath(path: String) {
        for options in [Signer.Options(), .init(normalizesPath: false, encodesPathTwice: false)] {
            expect(.invalidPath, request: Example.request(path: path), options: options)
        }
    }

    @Test("SigV4: a query that is not one is refused", arguments: ["?a=b", "a=b#c", "a=\n", "a\u{0}=b", "a=\u{7F}"])
    func refusesQuery(query: String) {
        expect(.invalidQuery, request: Example.request(query: query))
    }

    @Test(
        "SigV4: a query that carries parts of a signature is refused",
        arguments: [
            "X-Amz-Signature=0", "a=b&X-Amz-Date=20150830T123600Z", "x-amz-expires=1", "X-Amz-Security%2DToken=t",
            "X-Amz-Algorithm", "X-Amz-Credential=", "X-Amz-SignedHeaders=host",
        ])
    func refusesReservedParameters(query: String) {
        expect(.reservedQueryParameter, request: Example.request(query: query))
    }

    @Test(
        "SigV4: a header's name that is no HTTP token is refused", arguments: ["", "X Y", "X:", "X\nY", "Ü", "X\u{0}"])
    func refusesHeaderName(name: String) {
        expect(.invalidHeaderName, request: Example.request(headers: [Example.host, (name: name, value: "1")]))
    }

    @Test(
        "SigV4: a header's value that would end its header is refused",
        arguments: [
            "a\nX-Evil: 1", "a\r\nX-Evil: 1", "a\n", "a\r\n", "\nb", "a\rb", "a\r b", "a\n\n b", "a\n \nb", "a\r\r\n b",
            "a\u{0}", "a\u{B}b", "a\u{C}b", "a\u{1F}", "a\u{7F}",
        ])
    func refusesHeaderValue(value: String) {
        expect(.invalidHeaderValue, request: Example.request(headers: [Example.host, (name: "X-A", value: value)]))
        expect(
            .invalidHeaderValue, request: Example.request(headers: [Example.host, (name: "User-Agent", value: value)]))
    }

    @Test(
        "SigV4: a header that the signer adds is refused",
        arguments: ["Authorization", "x-amz-date", "X-AMZ-SECURITY-TOKEN", "X-Amz-Content-Sha256"])
    func refusesReservedHeaders(name: String) {
        expect(.reservedHeader, request: Example.request(headers: [Example.host, (name: name, value: "1")]))
    }

    @Test("SigV4: there is one Host header, and it says something")
    func refusesHosts() {
        let hostless: [[(name: String, value: String)]] = [
            [], [(name: "X-A", value: "1")], [(name: "Host", value: "")], [(name: "Host", value: " \t")],
            [Example.host, (name: "host", value: "other")], [Example.host, Example.host],
        ]
        for headers in hostless { expect(.invalidHost, request: Example.request(headers: headers)) }
    }

    @Test("SigV4: an expiry is 1 second to 7 days", arguments: [0, -1, 604_801, .max, .min])
    func refusesExpiry(seconds: Int) {
        let error = #expect(throws: SigningError.self) { try Example.presign(expiresInSeconds: seconds) }
        #expect(error?.code == .expiryOutOfRange)
        for seconds in [1, 604_800] {
            #expect(throws: Never.self) { try Example.presign(expiresInSeconds: seconds) }
        }
    }

    @Test("SigV4: an error says what to do and repeats no value")
    func describesWithoutValues() {
        let secret = "hunter2"
        let spoilt: [(SigningRequest, Credentials)] = [
            (Example.request(path: "\(secret)/\n"), Example.credentials),
            (Example.request(query: "a=\(secret)\n"), Example.credentials),
            (Example.request(headers: [Example.host, (name: "X-A", value: "\(secret)\n")]), Example.credentials),
            (Example.request(headers: [Example.host, (name: "\(secret)\n", value: "")]), Example.credentials),
            (Example.request(), Credentials(accessKeyID: "\(secret)\n", secretAccessKey: secret)),
            (Example.request(), Credentials(accessKeyID: "A", secretAccessKey: secret, sessionToken: "\(secret)\n")),
        ]
        for (request, credentials) in spoilt {
            let error = #expect(throws: SigningError.self) { try Example.sign(request, credentials: credentials) }
            guard let error else { continue }
            #expect(!"\(error) \(String(reflecting: error))".contains(secret))
            #expect(error.description.contains(error.code.rawValue))
            #expect(error.description.hasSuffix(error.remedy))
            #expect(!error.problem.isEmpty && !error.remedy.isEmpty)
        }
    }

    /// Expects both forms to be refused with a code.
    private func expect(
        _ code: SigningError.Code, request: SigningRequest = Example.request(), region: String = "eu-central-1",
        service: String = "sqs", options: Signer.Options = .init(), credentials: Credentials = Example.credentials,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let signed = #expect(throws: SigningError.self, sourceLocation: sourceLocation) {
            try Example.sign(request, region: region, service: service, options: options, credentials: credentials)
        }
        let presigned = #expect(throws: SigningError.self, sourceLocation: sourceLocation) {
            try Example.presign(request, region: region, service: service, options: options, credentials: credentials)
        }
        #expect(signed?.code == code, sourceLocation: sourceLocation)
        #expect(presigned?.code == code, sourceLocation: sourceLocation)
    }
}
