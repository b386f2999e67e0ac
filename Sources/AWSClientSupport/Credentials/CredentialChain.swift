package import SigV4
import Synchronization

/// The first source that applies, in the order given; once found, it stays the one.
///
/// A source that is set up but broken ends the search with its error. Going on would sign with an identity nobody chose.
package final class CredentialChain: CredentialProvider {
    private let providers: [any CredentialProvider]
    /// The index of the source in use. A lock, since it is held for one assignment only.
    private let chosen = Mutex<Int?>(nil)

    package init(_ providers: [any CredentialProvider]) {
        self.providers = providers
    }

    package func credentials() async throws(CredentialError) -> Credentials {
        if let index = chosen.withLock({ $0 }) { return try await providers[index].credentials() }
        var tried: [String] = []
        for (index, provider) in providers.enumerated() {
            do {
                let credentials = try await provider.credentials()
                chosen.withLock { $0 = $0 ?? index }
                return credentials
            } catch {
                guard error.code == .notConfigured else { throw error }
                tried.append("\(error.source): \(error.message)")
            }
        }
        throw CredentialError(
            .notConfigured, source: "chain",
            message: tried.isEmpty ? "no source was given" : "none was found; \(tried.joined(separator: "; "))")
    }

    package func invalidate(_ rejected: Credentials) async {
        guard let index = chosen.withLock({ $0 }) else { return }
        await providers[index].invalidate(rejected)
    }

    package func origin() async -> String? {
        guard let index = chosen.withLock({ $0 }) else { return nil }
        return await providers[index].origin()
    }
}
