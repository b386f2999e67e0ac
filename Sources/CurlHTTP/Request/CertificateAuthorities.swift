/// Whom to trust for https.
package enum CertificateAuthorities: Sendable, Equatable {
    /// As the client's configuration says.
    case configured
    /// The system's, whatever the client's configuration says.
    case system
    /// Those in a PEM file, instead of the system's.
    case file(String)
}
