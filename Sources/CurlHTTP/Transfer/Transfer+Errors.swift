internal import CCurl

extension Transfer {
    func failure(_ code: HTTPClientError.Code, _ detail: String) -> HTTPClientError { request.failure(code, detail) }

    /// What an end that libcurl reports means to the caller; `nil`: the response is complete.
    func error(for code: CURLcode) -> HTTPClientError? {
        if let fault { return fault }
        guard code != CURLE_OK else {
            return hasHead ? nil : failure(.connectionLost, "the connection ended within the head of the response")
        }
        let words = curlMessage.isEmpty ? String(cString: curl_easy_strerror(code)) : curlMessage
        // Without the name: until it is found, it may as well be a password in the wrong place.
        if code == CURLE_COULDNT_RESOLVE_PROXY {
            return failure(.proxyUnavailable, "the proxy's name cannot be resolved")
        }
        if !hasHead, Self.isTooLarge(code) {
            return failure(.protocolError, "a header line is longer than libcurl takes (100 KB), or memory ran out")
        }
        if let refusal = proxyRefusal(code) { return failure(refusal, "\(words) (by the proxy)") }
        return failure(
            meaning(of: code), hasHead ? "\(words); \(channel.bytesReceived) bytes of the body had arrived" : words)
    }

    func error(for expiry: TransferClock.Expiry) -> HTTPClientError {
        let progress = hasHead ? "; \(channel.bytesReceived) bytes of the body had arrived" : "; no response had begun"
        return switch expiry {
        case .idle(let limit):
            failure(
                .idleTimeout, "\(hasHead ? "no byte moved" : "no whole response head came") for \(limit)\(progress)")
        case .total(let limit): failure(.totalTimeout, "not done within \(limit)\(progress)")
        }
    }

    /// What the proxy's own answer to `CONNECT` means; `nil` when it was not that which failed.
    private func proxyRefusal(_ code: CURLcode) -> HTTPClientError.Code? {
        if code == CURLE_PROXY { return .proxyUnavailable }
        guard request.proxy != nil, !hasHead, let status = connectStatus, !(200..<300).contains(status) else {
            return nil
        }
        // 5xx: it tried to reach the server.
        return status >= 500 ? .proxyUnavailable : .proxyRefused
    }

    /// How libcurl reports a header line beyond `CURL_MAX_HTTP_HEADER`: as a lack of memory, since 8.6 as `CURLE_TOO_LARGE`.
    private static func isTooLarge(_ code: CURLcode) -> Bool { code == CURLE_OUT_OF_MEMORY || code.rawValue == 100 }

    private func meaning(of code: CURLcode) -> HTTPClientError.Code {
        switch code {
        case CURLE_COULDNT_RESOLVE_HOST: .resolve
        case CURLE_COULDNT_CONNECT: .connect
        // Idle and total time are this client's own; the connection is all that libcurl has a limit for.
        case CURLE_OPERATION_TIMEDOUT: .connectTimeout
        case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR,
            CURLE_SSL_INVALIDCERTSTATUS:
            .tls
        case CURLE_SSL_CONNECT_ERROR: .tlsHandshake
        case CURLE_PARTIAL_FILE: .truncated
        case CURLE_RECV_ERROR, CURLE_SEND_ERROR, CURLE_GOT_NOTHING: hasHead ? .truncated : .connectionLost
        // The second is how libcurl reports an answer that does not begin with a status line (HTTP/0.9).
        case CURLE_WEIRD_SERVER_REPLY, CURLE_UNSUPPORTED_PROTOCOL: .protocolError
        case CURLE_WRITE_ERROR where channel.isCancelled: .cancelled
        default: .internalFailure
        }
    }
}
