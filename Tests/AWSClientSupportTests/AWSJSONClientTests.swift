import AWSClientSupport
import CurlHTTP
import Logging
import SigV4
import Synchronization
import Testing

@Suite("AWS JSON calls")
struct AWSJSONClientTests {
    private let time = ManualTime()

    private func client(
        _ transport: ScriptedTransport,
        credentials: any CredentialProvider = StaticCredentialProvider(
            Credentials(accessKeyID: "AKID", secretAccessKey: "secret")),
        retry: RetryPolicy = .standard
    ) -> AWSJSONClient {
        AWSJSONClient(
            transport: transport, credentials: credentials, signer: Signer(region: "eu-west-1", service: "sqs"),
            jsonVersion: "1.0", probeTarget: "AmazonSQS.ListQueues", retry: retry, environment: time.environment(),
            logger: Logger(label: "test"))
    }

    private func call(_ body: String = "{}", retriesTransportFailures: Bool = true) -> AWSCall {
        AWSCall(
            target: "AmazonSQS.GetQueueUrl", endpoint: AWSEndpoint(scheme: .http, host: "127.0.0.1", port: 4566),
            body: Array(body.utf8), timeouts: HTTPTimeouts(), retriesTransportFailures: retriesTransportFailures)
    }

    private func cause(_ body: () async throws -> AWSResponse) async -> AWSCallError? {
        do {
            _ = try await body()
            return nil
        } catch {
            return error as? AWSCallError
        }
    }

    @Test("a request carries what the protocol asks for, and is signed over all of it")
    func request() async throws {
        let transport = ScriptedTransport([.json(200, "{}", ["x-amzn-RequestId": "r-1"])])
        let response = try await client(transport).send(call("{\"QueueName\":\"q\"}"))
        let request = try #require(transport.requests.first)
        #expect(request.method == "POST")
        #expect(request.url == "http://127.0.0.1:4566/")
        #expect(request.headers["host"] == "127.0.0.1:4566")
        #expect(request.headers["content-type"] == "application/x-amz-json-1.0")
        #expect(request.headers["x-amz-target"] == "AmazonSQS.GetQueueUrl")
        #expect(request.headers["x-amz-date"] == "20260830T123600Z")
        let authorization = try #require(request.headers["authorization"])
        #expect(authorization.contains("Credential=AKID/20260830/eu-west-1/sqs/aws4_request"))
        #expect(authorization.contains("SignedHeaders=content-type;host;x-amz-date;x-amz-target"))
        #expect(response.requestID == "r-1")
        #expect(response.attempts == 1)
    }

    @Test("a request's ID is fit for a log, whatever the service calls it")
    func requestID() async throws {
        let transport = ScriptedTransport([.json(200, "{}", ["x-amzn-RequestId": "\u{1B}[2Jr\u{D}\u{A}1\u{202E}"])])
        #expect(try await client(transport).send(call()).requestID == "[2Jr 1")
    }

    @Test("a failing service is tried three times, with jittered growing delays, each try signed anew")
    func retries() async throws {
        let transport = ScriptedTransport([.error(500, "InternalError"), .failure(.connectionLost), .json(200, "{}")])
        let response = try await client(transport).send(call())
        #expect(response.attempts == 3)
        #expect(time.slept == [.milliseconds(500), .seconds(1)])
        #expect(Set(transport.requests.compactMap { $0.headers["x-amz-date"] }).count == 2)
    }

    @Test("what the service finally says is what the error says, with the number of tries")
    func exhausted() async throws {
        let transport = ScriptedTransport([.error(503, "ServiceUnavailable", "busy", ["x-amzn-requestid": "r-2"])])
        let error = try #require(await cause { try await client(transport).send(call()) })
        #expect(error.attempts == 3)
        guard case .service(let service) = error.cause else { return #expect(Bool(false), "\(error)") }
        #expect(service.code == "ServiceUnavailable")
        #expect("\(error)".contains("r-2"))
    }

    @Test("Retry-After is kept to")
    func retryAfter() async throws {
        let transport = ScriptedTransport([
            .error(429, "TooManyRequestsException", "", ["Retry-After": "9"]), .json(200, "{}"),
        ])
        _ = try await client(transport).send(call())
        #expect(time.slept == [.seconds(9)])
    }

    @Test("a dropped long poll is not repeated here, and uses up no tokens")
    func droppedPoll() async throws {
        let transport = ScriptedTransport([.failure(.totalTimeout)])
        let client = client(transport, retry: RetryPolicy(quotaCapacity: 5))
        for _ in 0..<20 {
            let error = try #require(await cause { try await client.send(call(retriesTransportFailures: false)) })
            #expect(error.attempts == 1)
            #expect(!error.quotaUsedUp)
        }
        let other = try #require(await cause { try await client.send(call()) })
        #expect(other.quotaUsedUp)
    }

    @Test("tokens are shared by all calls of a client: an outage is not made worse")
    func quota() async throws {
        let transport = ScriptedTransport([.error(500, "InternalError")])
        let client = client(transport, retry: RetryPolicy(quotaCapacity: 20))
        for _ in 0..<2 { #expect(await cause { try await client.send(call()) }?.attempts == 3) }
        let error = try #require(await cause { try await client.send(call()) })
        #expect(error.attempts == 1)
        #expect(error.quotaUsedUp)
    }

    @Test(
        "keys that were rotated in their file are read again when the old ones are refused",
        arguments: [
            "InvalidClientTokenId", "UnrecognizedClientException", "SignatureDoesNotMatch", "ExpiredToken",
        ])
    func rotatedKeys(code: String) async throws {
        let file = Mutex("[default]\naws_access_key_id = OLD\naws_secret_access_key = s")
        let settings = try AWSSettings(
            environment: ["HOME": "/h"],
            files: CredentialFiles { path in
                path == "/h/.aws/credentials" ? Array(file.withLock { $0 }.utf8) : nil
            })
        let transport = ScriptedTransport([.json(200, "{}"), .error(403, code), .json(200, "{}")])
        let chain = try CredentialChain.standard(
            settings, region: try AWSRegion("eu-west-1"), transport: transport, calls: time.environment(),
            logger: Logger(label: "test"))
        let client = client(transport, credentials: chain)
        _ = try await client.send(call())
        file.withLock { $0 = $0.replacing("OLD", with: "NEW") }
        let response = try await client.send(call())
        #expect(response.attempts == 2)
        #expect(
            transport.requests.map { $0.headers["authorization"]?.contains("=NEW/") == true } == [false, false, true])
    }

    @Test("keys that are refused and have not changed are refused once, and the error says what the service said")
    func unknownKeys() async throws {
        let transport = ScriptedTransport([.error(403, "InvalidClientTokenId", "no such key")])
        let error = try #require(await cause { try await client(transport).send(call()) })
        #expect(error.attempts == 1 && transport.requests.count == 1)
        #expect("\(error)".contains("no such key"))
    }

    @Test("a clock that is off is corrected from the Date header once, for this call and all later ones")
    func clock() async throws {
        let date: HTTPHeaders = ["Date": "Sun, 30 Aug 2026 14:36:00 GMT"]
        let transport = ScriptedTransport([.error(403, "RequestTimeTooSkewed", "", date), .json(200, "{}")])
        let client = client(transport)
        _ = try await client.send(call())
        _ = try await client.send(call())
        #expect(
            transport.requests.map { $0.headers["x-amz-date"] } == [
                "20260830T123600Z", "20260830T143600Z", "20260830T143600Z",
            ])
        #expect(time.slept.isEmpty)
    }

    @Test("a signature refused without a word about time is still a matter of the clock when the clocks differ")
    func clockUnsaid() async throws {
        let date: HTTPHeaders = ["Date": "Sun, 30 Aug 2026 11:36:00 GMT"]
        let transport = ScriptedTransport([.error(403, "SignatureDoesNotMatch", "no match", date), .json(200, "{}")])
        _ = try await client(transport).send(call())
        #expect(transport.requests.last?.headers["x-amz-date"] == "20260830T113600Z")
    }

    @Test("a clock that cannot be corrected, or whose correction does not help, ends the call")
    func clockHopeless() async throws {
        let noDate = ScriptedTransport([.error(400, "RequestExpired")])
        #expect(await cause { try await client(noDate).send(call()) }?.attempts == 1)
        let same = ScriptedTransport([.error(400, "RequestExpired", "", ["Date": "Sun, 30 Aug 2026 14:36:00 GMT"])])
        #expect(await cause { try await client(same).send(call()) }?.attempts == 2)
    }

    @Test("an expired token is replaced once; many calls that fail together cause one refresh")
    func expiredToken() async throws {
        let source = CountingSource()
        let provider = ExpiringCredentials(source, environment: time.environment(), logger: Logger(label: "test"))
        let transport = ScriptedTransport([.error(403, "ExpiredToken"), .json(200, "{}")])
        _ = try await client(transport, credentials: provider).send(call())
        #expect(source.fetches == 2)
        #expect(transport.requests.map { $0.headers["x-amz-security-token"] } == ["token-1", "token-2"])
        let always = ScriptedTransport([.error(403, "ExpiredToken")])
        #expect(await cause { try await client(always, credentials: provider).send(call()) }?.attempts == 2)
        #expect(source.fetches == 3)
    }

    @Test("an expired token from a source that has no other ends the call at once")
    func expiredStatic() async throws {
        let transport = ScriptedTransport([.error(403, "ExpiredToken")])
        #expect(await cause { try await client(transport).send(call()) }?.attempts == 1)
    }

    @Test("a wrong secret and a changed request are told apart by one request without a body")
    func signatureDiagnosis() async throws {
        func mismatch(_ script: [ScriptedTransport.Line]) async -> SignatureMismatch? {
            let transport = ScriptedTransport(script)
            guard case .signature(_, let mismatch)? = await cause({ try await client(transport).send(call()) })?.cause
            else { return nil }
            #expect(transport.requests.last?.body == [])
            #expect(transport.requests.last?.headers["x-amz-target"] == "AmazonSQS.ListQueues")
            return mismatch
        }
        let refused = ScriptedTransport.Line.error(403, "SignatureDoesNotMatch", "no match")
        #expect(await mismatch([refused]) == .wrongSecret)
        #expect(await mismatch([refused, .json(200, "{}")]) == .alteredRequest)
        #expect(await mismatch([refused, .error(403, "AccessDenied")]) == .alteredRequest)
        #expect(await mismatch([refused, .error(503, "ServiceUnavailable")]) == .undetermined)
        #expect(await mismatch([refused, .failure(.connect)]) == .undetermined)
        #expect(await mismatch([refused, .json(403, "<html>no</html>")]) == .undetermined)
    }

    @Test("a service that repeats the body's hash needs no second request")
    func signatureHash() async throws {
        let hash = String(repeating: "0a", count: 32)
        let transport = ScriptedTransport([
            .error(
                403, "InvalidSignatureException",
                "x The Canonical String for this request should have been 'POST \(hash)'")
        ])
        guard case .signature(_, .alteredRequest)? = await cause({ try await client(transport).send(call()) })?.cause
        else {
            return #expect(Bool(false))
        }
        #expect(transport.requests.count == 1)
    }

    @Test("no error and no description shows a secret")
    func secrets() async throws {
        let credentials = Credentials(accessKeyID: "AKID", secretAccessKey: "s3cr3t", sessionToken: "t0k3n")
        for script: ScriptedTransport.Line in [
            .error(403, "SignatureDoesNotMatch"), .failure(.tls), .error(500, "InternalError"),
            .error(403, "ExpiredToken"),
        ] {
            let error = await cause {
                try await client(ScriptedTransport([script]), credentials: StaticCredentialProvider(credentials)).send(
                    call())
            }
            var dumped = ""
            dump(error, to: &dumped)
            let text = "\(String(describing: error)) \(String(reflecting: error)) \(dumped)"
            #expect(!text.contains("s3cr3t"))
            #expect(!text.contains("t0k3n"))
        }
    }

    @Test("a cancelled call ends at once")
    func cancellation() async throws {
        let transport = ScriptedTransport([.failure(.cancelled)])
        guard case .cancelled? = await cause({ try await client(transport).send(call()) })?.cause else {
            return #expect(Bool(false))
        }
        #expect(transport.requests.count == 1)
    }
}
