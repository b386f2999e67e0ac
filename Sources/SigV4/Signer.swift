/// Signs requests to one service in one region with AWS Signature Version 4.
///
/// Signing is pure: the same request, credentials and date give the same signature. Copies share one ``SigningKeyCache``.
/// See <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html>.
package struct Signer: Sendable {
    package let region: String
    package let service: String
    package let options: Options
    private let keyCache: SigningKeyCache

    /// - Parameters:
    ///   - region: The region of the endpoint, `eu-central-1`.
    ///   - service: The service's signing name, `sqs`.
    package init(
        region: String,
        service: String,
        options: Options = Options(),
        keyCache: SigningKeyCache = SigningKeyCache()
    ) {
        self.region = region
        self.service = service
        self.options = options
        self.keyCache = keyCache
    }

    /// The longest life of a presigned request: seven days, in seconds.
    package static let maximumExpirySeconds = 604_800

    /// Signs a request whose signature travels in its headers.
    ///
    /// - Returns: The headers to add to the request, and what was signed.
    /// - Throws: ``SigningError`` for input that cannot be signed or would be sent as something else than what was signed.
    package func sign(
        _ request: SigningRequest,
        credentials: Credentials,
        date: SigningDate
    ) throws(SigningError) -> HeaderSignature {
        try check(credentials, date)
        let timestamp = date.timestamp
        var signed = [(name: "X-Amz-Date", value: timestamp)]
        if options.addsContentHashHeader {
            signed.append((name: "X-Amz-Content-Sha256", value: request.payloadHash.hex))
        }
        var unsigned: [(name: String, value: String)] = []
        if let token = credentials.sessionToken {
            let header = (name: "X-Amz-Security-Token", value: token)
            if options.omitsSessionToken { unsigned.append(header) } else { signed.append(header) }
        }

        let headers = try CanonicalHeaders(request.headers, adding: signed)
        let signedHeaders = headers.names
        let canonical = try CanonicalRequest(
            request, query: CanonicalQuery(request.query).text, headers: headers, signedHeaders: signedHeaders,
            options: options)
        let scope = CredentialScope(day: String(timestamp.prefix(8)), region: region, service: service)
        let stringToSign = try stringToSign(canonical, timestamp: timestamp, scope: scope)
        let signature = try signature(of: stringToSign, credentials: credentials, scope: scope)

        let authorization = String(
            concatenating: Self.algorithm, " Credential=", credentials.accessKeyID, "/", scope.description,
            ", SignedHeaders=", signedHeaders, ", Signature=", signature)
        return HeaderSignature(
            headers: signed + unsigned + [(name: "Authorization", value: authorization)],
            canonicalRequest: String(decoding: canonical.bytes, as: UTF8.self),
            stringToSign: stringToSign,
            signature: signature)
    }

    /// Signs a request whose signature travels in its query, so that its URL can be handed on.
    ///
    /// The sender must send the headers of `request` as they are here.
    ///
    /// - Parameter expiresInSeconds: How long a server accepts the request after `date`, 1 to ``maximumExpirySeconds``.
    /// - Returns: The whole query to send, and what was signed.
    /// - Throws: ``SigningError`` as in ``sign(_:credentials:date:)``, and for an expiry out of range.
    package func presign(
        _ request: SigningRequest,
        credentials: Credentials,
        date: SigningDate,
        expiresInSeconds: Int
    ) throws(SigningError) -> PresignedQuery {
        try check(credentials, date)
        guard (1...Self.maximumExpirySeconds).contains(expiresInSeconds) else {
            throw SigningError(
                .expiryOutOfRange, "an expiry of \(expiresInSeconds) s is out of range",
                remedy: "give 1 to \(Self.maximumExpirySeconds) s")
        }
        let timestamp = date.timestamp
        let scope = CredentialScope(day: String(timestamp.prefix(8)), region: region, service: service)
        let headers = try CanonicalHeaders(request.headers)
        let signedHeaders = headers.names

        var query = try CanonicalQuery(request.query)
        query.add("X-Amz-Algorithm", Self.algorithm)
        query.add("X-Amz-Credential", "\(credentials.accessKeyID)/\(scope)")
        query.add("X-Amz-Date", timestamp)
        query.add("X-Amz-Expires", String(expiresInSeconds))
        query.add("X-Amz-SignedHeaders", signedHeaders)
        if let token = credentials.sessionToken, !options.omitsSessionToken {
            query.add("X-Amz-Security-Token", token)
        }
        let canonical = try CanonicalRequest(
            request, query: query.text, headers: headers, signedHeaders: signedHeaders, options: options)
        let stringToSign = try stringToSign(canonical, timestamp: timestamp, scope: scope)
        let signature = try signature(of: stringToSign, credentials: credentials, scope: scope)

        // In botocore's order, so that the results can be compared byte for byte.
        var sentQuery = "\(query.sent)&X-Amz-Signature=\(signature)"
        if let token = credentials.sessionToken, options.omitsSessionToken {
            sentQuery += "&X-Amz-Security-Token=\(PercentEncoding.encoded(token))"
        }
        return PresignedQuery(
            query: sentQuery,
            canonicalRequest: String(decoding: canonical.bytes, as: UTF8.self),
            stringToSign: stringToSign,
            signature: signature)
    }

    private static let algorithm = "AWS4-HMAC-SHA256"

    private func stringToSign(
        _ canonical: CanonicalRequest, timestamp: String, scope: CredentialScope
    ) throws(SigningError) -> String {
        String(
            concatenating: Self.algorithm, "\n", timestamp, "\n", scope.description, "\n",
            try SHA256Digest.hash(canonical.bytes).hex)
    }

    private func signature(
        of stringToSign: String,
        credentials: Credentials,
        scope: CredentialScope
    ) throws(SigningError) -> String {
        try keyCache.key(secretAccessKey: credentials.secretAccessKey, scope: scope)
            .signature(of: Array(stringToSign.utf8)).hex
    }
}
