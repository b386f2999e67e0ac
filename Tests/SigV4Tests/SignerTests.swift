import SigV4
import Testing

@Suite("SigV4: what the signer hashes")
struct SignerTests {
    @Test(
        "SigV4: a path is normalised when asked to",
        arguments: [
            ("", "/"), ("/", "/"), ("//", "/"), ("/..", "/"), ("/../../a", "/a"), ("/a/./b/", "/a/b/"), ("/a/..", "/"),
            ("/a/b/..", "/a"), ("/a//b", "/a/b"), ("/.../a.", "/.../a."), ("/a/../", "/"),
        ])
    func normalizesPath(path: String, canonical: String) throws {
        let result = try Example.sign(Example.request(path: path))
        #expect(line(1, of: result.canonicalRequest) == canonical)
    }

    @Test("SigV4: a path is left as it is when asked to", arguments: ["//", "/a/../b", "/./", "/a//"])
    func keepsPath(path: String) throws {
        let result = try Example.sign(Example.request(path: path), options: .init(normalizesPath: false))
        #expect(line(1, of: result.canonicalRequest) == path)
    }

    @Test("SigV4: a path is encoded again, or brought to its one spelling")
    func encodesPath() throws {
        let request = Example.request(path: "/a%20b%2fc/é %41+%")
        let twice = try Example.sign(request)
        #expect(line(1, of: twice.canonicalRequest) == "/a%2520b%252fc/%C3%A9%20%2541%2B%25")
        let once = try Example.sign(request, options: .init(normalizesPath: false, encodesPathTwice: false))
        #expect(line(1, of: once.canonicalRequest) == "/a%20b/c/%C3%A9%20A%2B%25")
    }

    @Test(
        "SigV4: a query is decoded, encoded and sorted",
        arguments: [
            ("b=2&a=1", "a=1&b=2"), ("a=2&a=1&a=", "a=&a=1&a=2"), ("acl", "acl="), ("a=1&&b=2&", "a=1&b=2"),
            ("Param-3=v&Param=v", "Param=v&Param-3=v"), ("a=b=c", "a=b%3Dc"), ("=x", "=x"),
            ("a=%41%e1%ZZ%", "a=A%E1%25ZZ%25"),
            ("a=x+y z", "a=x%2By%20z"), ("a=?/", "a=%3F%2F"),
        ])
    func canonicalizesQuery(query: String, canonical: String) throws {
        let result = try Example.sign(Example.request(query: query))
        #expect(line(2, of: result.canonicalRequest) == canonical)
    }

    @Test("SigV4: headers that proxies change are sent but not signed")
    func leavesProxyHeadersOut() throws {
        let names = ["User-Agent", "X-Amzn-Trace-Id", "Connection", "Expect", "Transfer-Encoding", "Upgrade"]
        let headers = [Example.host] + names.map { (name: $0, value: "x") } + [(name: "Date", value: "x")]
        let result = try Example.sign(Example.request(headers: headers))
        #expect(result.canonicalRequest.contains("\n\ndate;host;x-amz-date\n"))
    }

    @Test("SigV4: the session token is signed and sent, or sent alone")
    func placesSessionToken() throws {
        let credentials = Credentials(accessKeyID: "AKID", secretAccessKey: "secret", sessionToken: "to/ken=")
        let late = Signer.Options(omitsSessionToken: true)
        let plain = Credentials(accessKeyID: "AKID", secretAccessKey: "secret")

        let signed = try Example.sign(credentials: credentials)
        #expect(signed.canonicalRequest.contains("\nx-amz-security-token:to/ken=\n"))
        #expect(signed.headers.map(\.name) == ["X-Amz-Date", "X-Amz-Security-Token", "Authorization"])
        let unsigned = try Example.sign(options: late, credentials: credentials)
        #expect(unsigned.headers.map(\.name) == ["X-Amz-Date", "X-Amz-Security-Token", "Authorization"])
        #expect(try unsigned.signature == Example.sign(credentials: plain).signature)

        let signedQuery = try Example.presign(credentials: credentials)
        #expect(signedQuery.canonicalRequest.contains("&X-Amz-Security-Token=to%2Fken%3D&X-Amz-SignedHeaders=host\n"))
        #expect(signedQuery.query.hasSuffix("&X-Amz-Signature=\(signedQuery.signature)"))
        let unsignedQuery = try Example.presign(options: late, credentials: credentials)
        #expect(unsignedQuery.query.hasSuffix("&X-Amz-Security-Token=to%2Fken%3D"))
        #expect(try unsignedQuery.signature == Example.presign(credentials: plain).signature)
    }

    @Test("SigV4: an empty session token is none")
    func ignoresEmptyToken() throws {
        let empty = Credentials(accessKeyID: "AKID", secretAccessKey: "secret", sessionToken: "")
        #expect(empty == Credentials(accessKeyID: "AKID", secretAccessKey: "secret"))
        #expect(try Example.sign(credentials: empty).headers.map(\.name) == ["X-Amz-Date", "Authorization"])
    }

    @Test("SigV4: the content hash is added and signed when asked to")
    func addsContentHash() throws {
        let result = try Example.sign(options: .init(addsContentHashHeader: true))
        #expect(result.headers.map(\.name) == ["X-Amz-Date", "X-Amz-Content-Sha256", "Authorization"])
        #expect(result.headers[1].value == SHA256Digest.empty.hex)
        #expect(result.canonicalRequest.contains("\nhost;x-amz-content-sha256;x-amz-date\n"))
    }

    @Test("SigV4: any change to what is signed changes the signature")
    func dependsOnEveryPart() throws {
        let other = SigningRequest(
            method: "POST", path: "/", headers: [Example.host], payloadHash: try .hash(Array("body".utf8)))
        let signatures = try [
            Example.sign(),
            Example.sign(other),
            Example.sign(Example.request(method: "GET")),
            Example.sign(Example.request(path: "/a")),
            Example.sign(Example.request(query: "a")),
            Example.sign(Example.request(headers: [(name: "Host", value: "other")])),
            Example.sign(region: "eu-central-2"),
            Example.sign(service: "sns"),
            Example.sign(date: SigningDate(unixSeconds: Example.date.unixSeconds + 1)),
            Example.sign(credentials: Credentials(accessKeyID: "AKIDEXAMPLE", secretAccessKey: "other")),
        ].map(\.signature)
        #expect(Set(signatures).count == signatures.count)
    }

    private func line(_ number: Int, of text: String) -> String {
        String(text.split(separator: "\n", omittingEmptySubsequences: false)[number])
    }
}
