import AWSClientSupport
import Testing

@Suite("Endpoints")
struct AWSEndpointTests {
    @Test(
        "an endpoint keeps what a signature covers: host, port, path",
        arguments: [
            ("http://127.0.0.1:4566", "127.0.0.1:4566", "http://127.0.0.1:4566/"),
            ("http://localhost:80/", "localhost", "http://localhost/"),
            (
                "HTTPS://SQS.eu-west-1.amazonaws.com", "sqs.eu-west-1.amazonaws.com",
                "https://sqs.eu-west-1.amazonaws.com/"
            ),
            ("https://[::1]:4566/base/", "[::1]:4566", "https://[::1]:4566/base/"),
            ("https://proxy:443/aws", "proxy", "https://proxy/aws"),
        ])
    func parsing(text: String, host: String, url: String) throws {
        let endpoint = try AWSEndpoint(parsing: text)
        #expect(endpoint.hostHeader == host)
        #expect(endpoint.url == url)
    }

    @Test(
        "what is no endpoint is refused by its reason",
        arguments: [
            ("localhost:4566", AWSEndpointError.Code.missingScheme), ("ftp://host", .unsupportedScheme),
            ("http://", .invalidHost),
            ("http://a b", .invalidHost), ("http://[::1", .invalidHost), ("http://host:0", .invalidPort),
            ("http://host:65536", .invalidPort),
            ("http://host:x", .invalidPort), ("http://user:pw@host", .containsUserInfo),
            ("http://host/?x=1", .containsQuery),
            ("http://host/#f", .containsQuery), ("http://host/a b", .invalidPath),
            ("http://host:\u{661}", .invalidPort),
        ])
    func malformed(text: String, code: AWSEndpointError.Code) {
        #expect { try AWSEndpoint(parsing: text) } throws: {
            ($0 as? AWSEndpointError)?.code == code && !"\($0)".contains("pw")
        }
    }

    @Test("a configured endpoint wins, then the queue's own URL, then the region's")
    func resolution() throws {
        let region = try AWSRegion("eu-central-1")
        let queue = "http://sqs.us-east-1.localhost.localstack.cloud:4566/000000000000/q.fifo"
        let open = EndpointResolver(service: "sqs", region: region, configured: nil)
        #expect(try open.endpoint(resourceURL: nil).url == "https://sqs.eu-central-1.amazonaws.com/")
        #expect(try open.endpoint(resourceURL: queue).url == "http://sqs.us-east-1.localhost.localstack.cloud:4566/")
        let configured = EndpointResolver(
            service: "sqs", region: region, configured: try AWSEndpoint(parsing: "http://127.0.0.1:4566"))
        #expect(try configured.endpoint(resourceURL: queue).url == "http://127.0.0.1:4566/")
        #expect(throws: AWSEndpointError.self) { try open.endpoint(resourceURL: "my-queue") }
    }

    @Test(
        "each partition has its own suffix",
        arguments: [
            ("us-gov-west-1", "sqs.us-gov-west-1.amazonaws.com"), ("cn-north-1", "sqs.cn-north-1.amazonaws.com.cn"),
            ("us-iso-east-1", "sqs.us-iso-east-1.c2s.ic.gov"), ("us-isob-east-1", "sqs.us-isob-east-1.sc2s.sgov.gov"),
        ])
    func partitions(region: String, host: String) throws {
        #expect(try AWSRegion(region).endpoint(of: "sqs").host == host)
    }

    @Test(
        "a region that would change the host is refused",
        arguments: ["", "eu west", "evil.com/", "-a", "EU-WEST-1", "a#"])
    func regions(name: String) {
        #expect(throws: AWSEndpointError.self) { try AWSRegion(name) }
    }
}
