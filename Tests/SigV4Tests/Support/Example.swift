import SigV4

/// A request that can be signed, to be spoilt in one place by a test.
enum Example {
    static let credentials = Credentials(
        accessKeyID: "AKIDEXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
    static let date = SigningDate(unixSeconds: 1_440_938_160)
    static let host = (name: "Host", value: "sqs.eu-central-1.amazonaws.com")

    static func request(
        method: String = "POST", path: String = "/", query: String = "",
        headers: [(name: String, value: String)] = [host]
    ) -> SigningRequest {
        SigningRequest(method: method, path: path, query: query, headers: headers, payloadHash: .empty)
    }

    @discardableResult
    static func sign(
        _ request: SigningRequest = request(), region: String = "eu-central-1", service: String = "sqs",
        options: Signer.Options = .init(), credentials: Credentials = credentials, date: SigningDate = date
    ) throws(SigningError) -> HeaderSignature {
        try Signer(region: region, service: service, options: options)
            .sign(request, credentials: credentials, date: date)
    }

    @discardableResult
    static func presign(
        _ request: SigningRequest = request(), region: String = "eu-central-1", service: String = "sqs",
        options: Signer.Options = .init(), credentials: Credentials = credentials, date: SigningDate = date,
        expiresInSeconds: Int = 60
    ) throws(SigningError) -> PresignedQuery {
        try Signer(region: region, service: service, options: options)
            .presign(request, credentials: credentials, date: date, expiresInSeconds: expiresInSeconds)
    }
}
