extension Signer {
    /// Where services differ in what they hash. The defaults suit every service but S3.
    package struct Options: Sendable, Hashable {
        /// Whether `.`, `..` and empty segments leave the path before it is hashed. S3 wants `false`: there, they name objects.
        package var normalizesPath: Bool
        /// Whether the path as sent is encoded once more, so that `%20` becomes `%2520`. S3 wants `false`.
        package var encodesPathTwice: Bool
        /// Whether the header form adds and signs `X-Amz-Content-Sha256`. S3 wants `true`; others accept it.
        package var addsContentHashHeader: Bool
        /// Whether the session token joins the request after signing, so that no canonical request holds it.
        /// A few services want `true`, AWS IoT among them.
        package var omitsSessionToken: Bool

        package init(
            normalizesPath: Bool = true,
            encodesPathTwice: Bool = true,
            addsContentHashHeader: Bool = false,
            omitsSessionToken: Bool = false
        ) {
            self.normalizesPath = normalizesPath
            self.encodesPathTwice = encodesPathTwice
            self.addsContentHashHeader = addsContentHashHeader
            self.omitsSessionToken = omitsSessionToken
        }
    }
}
