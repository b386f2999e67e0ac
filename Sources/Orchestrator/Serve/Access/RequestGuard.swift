import HTTPTypes

/// Decides who may ask what, from a request's head alone.
///
/// With a token, a client that shows it: it travels in a header, which no web page of another origin can add without being allowed to, and
/// nobody is. Without one the server listens on loopback only, where the other programs of this machine are trusted, but web pages are
/// not: a page elsewhere reaches loopback through its visitor's browser, directly or by DNS rebinding. So the `Host` must name
/// loopback, and an `Origin`, which a browser adds to what a page sends, must be the server's own.
struct RequestGuard: Sendable {
    /// nil when the server trusts everyone who reaches loopback.
    let token: BearerToken?

    /// Why a request is refused.
    enum Refusal: Error, Equatable {
        /// It shows no token, or a wrong one.
        case unauthorized
        /// Its `Host` is not this machine's loopback name: DNS rebinding.
        case foreignHost
        /// It names several hosts, so a proxy in front may have read another one (RFC 9112, section 3.2).
        case severalHosts
        /// A web page of another origin sent it.
        case foreignOrigin
    }

    /// Paths that say nothing about users or syncs, open to probes and to a browser that has no token yet.
    static let publicPaths = Set(PageFile.all.map(\.path)).union(["/health", "/ready", "/openapi.json"])

    /// - Returns: nil when the request may be answered.
    func check(path: String, authority: String?, headers: HTTPFields) -> Refusal? {
        // The first `Host` is the authority. What is left of them is a second one.
        guard headers[.host] == nil else { return .severalHosts }
        let isPublic = Self.publicPaths.contains(path)
        if let token {
            return isPublic || token.isShown(by: headers[.authorization]) ? nil : .unauthorized
        }
        let authority = authority ?? ""
        guard Self.isLoopback(authority: authority) else { return .foreignHost }
        if let origin = headers[.origin], !Self.isOwn(origin: origin, authority: authority) { return .foreignOrigin }
        // What a page loads without an Origin (an image, a link) a browser marks by this.
        let site = headers[.secFetchSite] ?? "none"
        return isPublic || site == "same-origin" || site == "none" ? nil : .foreignOrigin
    }

    /// Whether a `Host` names loopback, with or without a port.
    static func isLoopback(authority: String) -> Bool {
        let host: Substring
        if authority.hasPrefix("[") {
            guard let end = authority.firstIndex(of: "]") else { return false }
            host = authority[authority.index(after: authority.startIndex)..<end]
            let rest = authority[authority.index(after: end)...]
            guard rest.isEmpty || isPort(rest) else { return false }
        } else if let colon = authority.firstIndex(of: ":") {
            host = authority[..<colon]
            guard isPort(authority[colon...]) else { return false }
        } else {
            host = authority[...]
        }
        return isLoopback(host: host.lowercased())
    }

    /// Whether a host is loopback's name or one of its addresses.
    static func isLoopback(host: String) -> Bool {
        if host == "localhost" || host == "::1" { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127"
            && parts.allSatisfy { part in part.utf8.allSatisfy { (0x30...0x39).contains($0) } && UInt8(part) != nil }
    }

    private static func isPort(_ text: Substring) -> Bool {
        text.first == ":" && UInt16(text.dropFirst()) != nil
    }

    private static func isOwn(origin: String, authority: String) -> Bool {
        origin.lowercased() == "http://" + authority.lowercased()
    }
}
