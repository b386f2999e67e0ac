/// A proxy for https requests, as curl reads one from the environment.
///
/// A request over https goes through it by `CONNECT`, so the proxy sees the host's name and nothing else. Plain http never does, and
/// nothing that is for this machine or for a link-local address, such as the services that give credentials to containers.
package struct HTTPProxy: Sendable, Equatable, CustomStringConvertible {
    /// Such as `http://user:password@proxy.example.com:3128`; a secret. Without a scheme it is an http proxy.
    let url: String
    /// Hosts that are reached directly, as `NO_PROXY` lists them: names with what is below them, addresses, `10.0.0.0/8`, or `*`.
    let exceptions: String
    /// The variable that names it.
    package let variable: String
    /// Host and port, for messages.
    package let authority: String

    /// - Parameter variable: Where the URL was read.
    /// - Throws: ``HTTPClientError`` with code `invalidURL`, whose detail repeats nothing of the URL.
    package init(url: String, exceptions: String = "", variable: String) throws(HTTPClientError) {
        authority = try RequestTarget.proxyAuthority(url)
        self.url = url
        self.exceptions = exceptions
        self.variable = variable
    }

    /// What curl takes from the environment for https; `nil` when nothing there names a proxy.
    ///
    /// Lower case goes before upper case, and a variable for https before the one for all. An empty one counts as not set.
    /// https://everything.curl.dev/usingcurl/proxies/env.html
    /// - Throws: ``Unusable``.
    package static func fromEnvironment(_ environment: [String: String]) throws(Unusable) -> HTTPProxy? {
        func value(_ names: String...) -> (name: String, text: String)? {
            for name in names {
                if let text = environment[name], !text.isEmpty { return (name, text) }
            }
            return nil
        }
        guard let found = value("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY") else { return nil }
        do {
            return try HTTPProxy(
                url: found.text, exceptions: value("no_proxy", "NO_PROXY")?.text ?? "", variable: found.name)
        } catch {
            throw Unusable(variable: found.name, problem: error.detail)
        }
    }

    /// A variable that names no proxy. Repeats nothing of its value: that may hold a password.
    package struct Unusable: Error, Equatable {
        package let variable: String
        package let problem: String
    }

    package var description: String { "\(authority) (\(variable))" }
}
