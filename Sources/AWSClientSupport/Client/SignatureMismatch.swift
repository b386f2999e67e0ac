/// Why a service computes another signature than ours.
///
/// Services say only that the two differ. After a refusal the client therefore sends one request without a body, signed by the same key: if that
/// one is refused too, the key is wrong; if it is not, the key is right, and the body was changed between us and the service.
package enum SignatureMismatch: Sendable, Hashable {
    /// The secret access key does not belong to the access key ID (or the region or session token is another one's).
    case wrongSecret
    /// The key is right; something on the way changed the request.
    case alteredRequest
    /// The comparison could not be made.
    case undetermined

    package var explanation: String {
        switch self {
        case .wrongSecret:
            "an empty request signed with this key is refused too: the secret access key does not fit the access key ID"
        case .alteredRequest:
            "an empty request signed with this key is accepted: the body was changed on its way, look for a proxy that rewrites requests"
        case .undetermined:
            "it could not be found out whether the secret is wrong or the request was changed on its way"
        }
    }
}
