extension Signer {
    /// Refuses what would break the credential scope, a header or the protocol's date apart.
    func check(_ credentials: Credentials, _ date: SigningDate) throws(SigningError) {
        guard Self.isScopeName(region) else {
            throw SigningError(
                .invalidRegion, region.isEmpty ? "the region is empty" : "the region is not a region's name",
                remedy: "set the region of the endpoint, such as eu-central-1")
        }
        guard Self.isScopeName(service) else {
            throw SigningError(
                .invalidService, service.isEmpty ? "the service is empty" : "the service is not a service's name",
                remedy: "give the signing name, such as sqs")
        }
        let accessKeyID = credentials.accessKeyID.utf8
        guard !accessKeyID.isEmpty,
            accessKeyID.allSatisfy({ ASCII.isVisible($0) && $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: ",") })
        else {
            throw SigningError(
                .invalidAccessKeyID,
                "the access key ID is empty or holds a blank, a slash, a comma or a control character",
                remedy: "check AWS_ACCESS_KEY_ID or the profile for a stray character")
        }
        guard !credentials.secretAccessKey.isEmpty else {
            throw SigningError(
                .missingSecretAccessKey, "the secret access key is empty",
                remedy: "check AWS_SECRET_ACCESS_KEY or the profile")
        }
        if let token = credentials.sessionToken, !token.utf8.allSatisfy(ASCII.isVisible) {
            throw SigningError(
                .invalidSessionToken, "the session token holds a blank or a control character",
                remedy: "check AWS_SESSION_TOKEN or the profile for a stray line break")
        }
        guard date.isRepresentable else {
            throw SigningError(
                .dateOutOfRange, "the date lies outside the years 0000 to 9999", remedy: "check the clock")
        }
    }

    private static func isScopeName(_ name: String) -> Bool {
        !name.isEmpty
            && name.utf8.allSatisfy {
                ASCII.isAlphanumeric($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: ".")
                    || $0 == UInt8(ascii: "_")
            }
    }
}
