import Testing

@testable import CurlHTTP

@Suite("Proxies of the environment")
struct HTTPProxyTests {
    @Test(
        "https_proxy goes before HTTPS_PROXY, both before all_proxy and ALL_PROXY, and an empty one counts as not set")
    func order() throws {
        let all = [
            "https_proxy": "http://a", "HTTPS_PROXY": "http://b", "all_proxy": "http://c", "ALL_PROXY": "http://d",
        ]
        func variable(_ environment: [String: String]) throws -> String? {
            try HTTPProxy.fromEnvironment(environment)?.variable
        }
        #expect(try variable(all) == "https_proxy")
        #expect(try variable(all.merging(["https_proxy": ""]) { $1 }) == "HTTPS_PROXY")
        #expect(try variable(all.filter { $0.key.lowercased() == "all_proxy" }) == "all_proxy")
        #expect(try variable(["ALL_PROXY": "http://d"]) == "ALL_PROXY")
        #expect(try variable(["http_proxy": "http://e", "HTTP_PROXY": "http://f", "NO_PROXY": "*"]) == nil)
    }

    @Test("exceptions are no_proxy, else NO_PROXY")
    func exceptions() throws {
        let proxy = ["HTTPS_PROXY": "http://p:3128"]
        func exceptions(_ environment: [String: String]) throws -> String? {
            try HTTPProxy.fromEnvironment(proxy.merging(environment) { $1 })?.exceptions
        }
        #expect(try exceptions([:]) == "")
        #expect(try exceptions(["NO_PROXY": "a", "no_proxy": "b"]) == "b")
        #expect(try exceptions(["NO_PROXY": "a", "no_proxy": ""]) == "a")
    }

    @Test(
        "every form that curl takes is taken, and a message shows its host and port alone",
        arguments: [
            ("http://p.example:3128", "p.example:3128"), ("p.example:3128", "p.example:3128"),
            ("p.example", "p.example:1080"),
            ("http://ana:s3cr3t@p.example:8080/", "p.example:8080"), ("ana:s3cr3t@p.example:1", "p.example:1"),
            ("https://p.example", "p.example:443"), ("socks5h://p.example", "p.example:1080"),
            ("http://[::1]:3128", "[::1]:3128"),
        ])
    func forms(url: String, authority: String) throws {
        let proxy = try HTTPProxy(url: url, variable: "HTTPS_PROXY")
        #expect(proxy.authority == authority)
        #expect(!"\(proxy)".contains("s3cr3t"))
    }

    @Test(
        "what is no proxy is refused by the variable's name, and not shown",
        arguments: [
            "ftp://s3cr3t.example", "http://s3cr3t:99999", "http://", "http://s3cr3t example",
        ])
    func unusable(url: String) {
        do throws(HTTPProxy.Unusable) {
            _ = try HTTPProxy.fromEnvironment(["https_proxy": url])
            Issue.record("no error")
        } catch {
            #expect(error.variable == "https_proxy")
            #expect(!error.problem.contains("s3cr3t"))
        }
    }

    @Test(
        "a proxy carries https to other machines, and nothing else",
        arguments: [
            ("https://sqs.eu-west-1.amazonaws.com/", true), ("https://10.0.0.1/", true),
            ("https://[2001:db8::1]/", true),
            ("https://169.255.0.1/", true), ("https://[fd00:ec3::23]/", true), ("https://localhost.example/", true),
            ("http://api.example/", false), ("https://localhost/", false), ("https://api.localhost/", false),
            ("https://LOCALHOST:8443/", false), ("https://127.0.0.1/", false), ("https://127.9.9.9/", false),
            ("https://2130706433/", false), ("https://[::1]/", false), ("https://169.254.169.254/", false),
            ("https://169.254.170.23/", false), ("https://[fe80::1]/", false), ("https://[febf::1]/", false),
            ("https://[fd00:ec2::254]/", false),
        ])
    func targets(url: String, isProxied: Bool) throws {
        let proxy = try HTTPProxy(url: "http://p:3128", variable: "HTTPS_PROXY")
        let request = try PreparedRequest(
            HTTPRequest(url: url, allowsPlaintextToRemote: true), configuration: HTTPClientConfiguration(proxy: proxy))
        #expect((request.proxy != nil) == isProxied)
    }

    @Test("a request may trust others than its client does, or the system's authorities alone")
    func authorities() throws {
        func file(_ authorities: CertificateAuthorities) throws -> String? {
            try PreparedRequest(
                HTTPRequest(url: "https://api.example/", authorities: authorities),
                configuration: HTTPClientConfiguration(certificateAuthorityFile: "/client.pem")
            ).certificateAuthorityFile
        }
        #expect(try file(.configured) == "/client.pem")
        #expect(try file(.system) == nil)
        #expect(try file(.file("/own.pem")) == "/own.pem")
    }
}
