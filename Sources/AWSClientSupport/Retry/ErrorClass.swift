/// What a failed call calls for.
package enum ErrorClass: Sendable, Hashable {
    /// The service asks for fewer calls: try again, later.
    case throttling
    /// The service or the way to it failed: try again.
    case transient
    /// The credentials ran out: try once more with fresh ones.
    case expiredCredentials
    /// The service does not know the key: try once more if its source has another one by now, since keys are rotated.
    case unknownKey
    /// The signature's time is too far from the service's: try once more with a corrected clock.
    case clockSkew
    /// The signature is wrong for another reason than time: try once more if its source has other keys by now.
    case signature
    /// Trying again gives the same answer.
    case final
}
