/// How far the service's clock is from this host's, learnt from the `Date` header of its answers.
package enum ClockSkew {
    /// Differences below this are no reason for a refused signature: AWS allows five minutes, and `Date` counts whole seconds.
    package static let threshold: Int64 = 4 * 60

    /// The service's clock minus ours, in seconds, when it is worth correcting.
    ///
    /// - Parameters:
    ///   - dateHeader: The answer's `Date`.
    ///   - signedAt: The time the request was signed with, in seconds since 1970.
    ///   - now: This host's clock, in seconds since 1970.
    package static func correction(dateHeader: String?, signedAt: Int64, now: Int64) -> Int64? {
        guard let dateHeader, let server = HTTPDate.unixSeconds(dateHeader) else { return nil }
        guard (server - signedAt).magnitude >= threshold.magnitude else { return nil }
        return server - now
    }
}
