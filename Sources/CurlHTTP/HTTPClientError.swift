/// Why a request did not get its whole response: what failed, with whom, and whether trying again can help.
///
/// Safe to log: it never holds the URL's path, query or user, nor a header or a byte of a body.
package struct HTTPClientError: Error, Sendable, Equatable {
    /// What went wrong. The raw values are stable: logs and metrics use them.
    package enum Code: String, Sendable, CaseIterable {
        /// The URL cannot be parsed, is not http(s), carries a user or holds characters that must be percent-encoded.
        case invalidURL
        /// The method or a header would break the request apart (a line break, a forbidden character, a framing header).
        case invalidRequest
        /// Plain http to a host that is not this machine; see ``HTTPClientConfiguration/allowsPlaintextToRemote``.
        case plaintextRefused
        /// The host's name was not resolved.
        case resolve
        /// No TCP connection: refused, unreachable.
        case connect
        /// No usable connection (name, TCP, TLS) within ``HTTPTimeouts/connect``.
        case connectTimeout
        /// The server's certificate was not accepted, or the CA file cannot be read.
        case tls
        /// The TLS handshake broke off.
        case tlsHandshake
        /// The connection broke before the head of a response had arrived.
        case connectionLost
        /// No byte moved for ``HTTPTimeouts/idle``.
        case idleTimeout
        /// The exchange took longer than ``HTTPTimeouts/total``.
        case totalTimeout
        /// The body ended, or its connection or framing broke, before it was complete.
        case truncated
        /// The body is longer than the caller allows.
        case bodyTooLarge
        /// The compressed body is damaged.
        case decoding
        /// The body's content coding is one that this client does not undo.
        case unsupportedCoding
        /// The proxy cannot be found, or does not get through to the server.
        case proxyUnavailable
        /// The proxy refuses: its user or password is wrong, or it lets nobody through to this host.
        case proxyRefused
        /// The server's answer is not HTTP/1.1 as this client accepts it.
        case protocolError
        /// The body was read by two readers, or twice.
        case bodyAlreadyRead
        /// More than ``HTTPClientConfiguration/maximumRequests`` are under way.
        case tooManyRequests
        /// The caller's task was cancelled.
        case cancelled
        /// The client was shut down.
        case shutdown
        /// libcurl or the system refused something that should always work, for example memory.
        case internalFailure
    }

    package let code: Code
    /// The request's method, as sent.
    package let method: String
    /// Host and port, `-` when the URL has none that can be read.
    package let host: String
    /// What is known of the cause, in libcurl's words where it is the witness.
    package let detail: String

    package init(code: Code, method: String, host: String, detail: String) {
        self.code = code
        self.method = method
        self.host = host
        self.detail = detail
    }

    /// Whether the same request can succeed later without anyone changing anything.
    package var isTransient: Bool {
        switch code {
        case .resolve, .connect, .connectTimeout, .tlsHandshake, .connectionLost, .idleTimeout, .totalTimeout,
            .truncated, .decoding, .proxyUnavailable, .tooManyRequests:
            true
        case .invalidURL, .invalidRequest, .plaintextRefused, .tls, .bodyTooLarge, .unsupportedCoding, .proxyRefused,
            .protocolError, .bodyAlreadyRead, .cancelled, .shutdown, .internalFailure:
            false
        }
    }

    /// What to do next, in one clause.
    package var advice: String {
        switch code {
        case .invalidURL: "correct the URL"
        case .invalidRequest: "correct the method or the header"
        case .plaintextRefused: "use https, or allow plain http to this host if the network to it is trusted"
        case .resolve: "check the host name and the DNS server"
        case .connect: "check that the server runs and that the network lets this host through"
        case .connectTimeout: "check the network path; a firewall that drops packets looks like this"
        case .tls: "check the server's certificate, its name and the CA file"
        case .tlsHandshake: "check that the server speaks TLS 1.2 or later on this port"
        case .connectionLost, .truncated: "try again; if it persists, look at the server or a proxy in between"
        case .idleTimeout, .totalTimeout: "try again; if it persists, the server is stalled or the limit too short"
        case .bodyTooLarge: "read the response as a stream, or raise the limit"
        case .decoding: "try again; if it persists, look at what compresses the body, or a proxy in between"
        case .unsupportedCoding: "let the server send gzip, deflate or no coding at all"
        case .proxyUnavailable: "check HTTPS_PROXY, and that the proxy reaches this host"
        case .proxyRefused: "check the proxy's user and password in HTTPS_PROXY, and that it lets this host through"
        case .protocolError: "look at what answers on this port"
        case .bodyAlreadyRead: "read the body once, by one reader"
        case .tooManyRequests: "send fewer requests at once"
        case .cancelled, .shutdown: "nothing: the request was given up on purpose"
        case .internalFailure: "look at the machine: memory, file descriptors, libcurl's version"
        }
    }
}

extension HTTPClientError: CustomStringConvertible {
    package var description: String {
        "\(method) \(host): \(code.rawValue): \(detail) (\(advice))"
    }
}
